import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BadInputError } from '../errors.ts';
import { several } from '../figures.ts';
import type { UserIdKind } from '../user-id.ts';
import { EnvFileError, takeEnvFile } from './env-file.mjs';
import { defaultDismissDays, type engineNames, environment, type rankingNames, spareDays } from './environment.ts';
import { projectRoot } from './project.ts';
import { wrongNames } from './unknown-settings.ts';

export { longestWindowDays } from './environment.ts';

/** How an activity's weight decays with its age within the window. */
export type Decay = { kind: 'linear' } | { kind: 'exponential'; halfLifeSeconds: number };

export type RankingName = (typeof rankingNames)[number];

export type ComputingEngine = (typeof engineNames)[number];

/** Which recommendations a run makes; two runs are comparable only if these and their weighting are equal. */
export interface Recommending {
  ranking: RankingName;
  /** Whether somebody is recommended with whom the user has engaged in the window. */
  recommendEngaged: boolean;
  /** For how many days nobody is recommended again whom the user has dismissed; undefined: 90. */
  dismissDays?: number;
  /** Only who has done something in so many days is recommended; undefined: everybody. */
  activeDays?: number;
  /**
   * Whether follows later than the as-of exclude, too, up to the start of the run; undefined: in runs by the schedule.
   */
  excludeLaterFollows?: boolean;
  /** How many of the 100 popular `circles` recommends to a user with ties; undefined: any number. */
  popularAtMost?: number;
  /**
   * Whoever engages with more people than this is busy: `circles` recommends nobody through them, nor them for having
   * engaged with a user, unless they are among the user's closest connections; undefined: nobody is busy.
   */
  strangersAtMost?: number;
}

/** What activities weigh, and who is good. */
export interface Weighting {
  windowSeconds: number;
  decay: Decay;
  /** Weight of one activity of age 0, in thousandths. */
  bases: { follow: number; reply: number; like: number; mention: number };
  /** The lowest `pred` of a good user, in [0, 1]. */
  minReputation: number;
}

/** How long activities other than follows are kept, counted back from the published as-of. */
export interface Retention {
  /** Not shorter than the window, nor than the days within which somebody must have done something. */
  seconds: number;
  /** Whether KITH_RETENTION_DAYS sets it; otherwise it depends on those. */
  isSet: boolean;
}

/** @throws BadInputError if the retention is set and is shorter than what runs ask for */
function retentionFor(windowDays: number, activeDays: number, days: number | undefined): Retention {
  const needed = Math.max(windowDays, activeDays);
  if (days !== undefined && days < needed)
    throw new BadInputError(
      `KITH_RETENTION_DAYS is ${days}, but activities count for ${several(needed, 'day')} ` +
        `(${needed === windowDays ? 'KITH_WINDOW_DAYS' : 'KITH_RECOMMEND_ACTIVE_DAYS'}): keep them for at least as long.`,
    );
  return { seconds: (days ?? needed + spareDays) * 86_400, isSet: days !== undefined };
}

/** How to reach S3. */
export interface S3Settings {
  /** A server to use instead of AWS, with path-style addressing: the bucket is the first part of the path. */
  endpoint?: string;
  region: string;
  /** If undefined, the AWS SDK looks for credentials in its usual places. */
  keys?: { accessKey: string; secretKey: string };
}

/** How files of the input are read, and when one is refused as a whole. */
export interface InputLimits {
  /** A file with a larger percentage of bad rows stops the run. */
  maxRejectedPercent: number;
  /** The number of bad rows from which the percentage applies. */
  minRejectedRows: number;
  maxUnpackedBytes: number;
  /** Unpacked to stored bytes. */
  maxUnpackedRatio: number;
  /** A mapping that says how files are written; undefined: the one in their folder, if there is one. */
  mapping?: string;
  /** What user ids may be; undefined: `int`. */
  userIds?: UserIdKind;
}

export interface Settings extends InputLimits, Recommending {
  /** `$KITH_HOME`, absolute. Each home holds one network. */
  home: string;
  /** What a step has to leave free on its disks; 0: free space is not looked at. */
  minFreeBytes: number;
  /** Servers to use instead of the embedded ones. */
  neo4j?: { uri: string; username: string; password: string };
  postgresUrl?: string;
  /** What computes runs. */
  engine: ComputingEngine;
  spark: {
    master: string;
    /** Of the driver and of each executor, such as `4g`. */
    memory: string;
    /** More of Spark's own settings, by name. */
    conf: Readonly<Record<string, string>>;
    /** Separated by commas. */
    jars?: string;
    /** What of its results is drawn in Neo4j. */
    graph: 'closest' | 'none';
  };
  /** The folder of accepted rows, and of what Spark computes from them; absolute. */
  lake: string;
  /** `s3://bucket/prefix`, where Spark reads copies of the accepted rows and computes instead. */
  lakeUrl?: string;
  s3: S3Settings;
  /** Port 0 means any free port; an undefined size is based on the machine's memory. */
  embedded: {
    boltPort: number;
    httpPort: number;
    postgresPort: number;
    neo4jHeap?: string;
    neo4jPageCache?: string;
    /** The limit of queries in Neo4j that don't set one themselves, as Kith's do, in milliseconds. */
    neo4jQueryLimit: number;
    /** The system users that run the engines if we are root. */
    neo4jOsUser: string;
    postgresOsUser: string;
  };
  weighting: Weighting;
  retention: Retention;
  reputation: {
    /** The folder of the model that runs use by default. */
    model?: string;
    /** For training: the maximum number of words in the vocabulary, and of words read per user-week. */
    vocabularySize: number;
    textLength: number;
  };
  /** How far row counts may differ from those of the run published before, in percent. */
  maxRowChangePercent: number;
  /** How many days the as-of may lie after the newest activity. */
  staleAfterDays: number;
  /** The largest share of the graph's activities that a run lets expire, in percent. */
  maxExpiredPercent: number;
  /** How activities are loaded; `auto` means bulk if the embedded graph is empty and there are many activities. */
  loader: 'auto' | 'bulk' | 'merge';
  bulkMinActivities: number;
  /** Whether the compiled procedures are used if the server has them. */
  compiled: 'auto' | 'off';
  /** Up to how many closest connections CLOSEST_TO is drawn after a run. */
  drawAtMost: number;
  /** The number of Neo4j sessions used in parallel. */
  sessions: number;
  /** The daily job; spans are in milliseconds. */
  jobs: {
    /** Where Agenda stores its jobs; if undefined, in the network's Postgres. */
    url?: string;
    /** The folder that holds the days' folders, each named after its date. */
    inputRoot?: string;
    /** When a day's run is queued: a cron expression in the time zone. */
    schedule: string;
    timeZone: string;
    /** A worker that has not been heard from for this long loses its step. */
    lockLifetime: number;
    /** The delay before the first retry of a step; it doubles with each further retry. */
    retryDelay: number;
    /** A step that takes longer fails. */
    stepLimit: number;
    /** How long a run waits for a missing folder. */
    folderPatience: number;
    /** A command or URL to call when a run fails. */
    onFailure?: string;
    /** The same when one is published. */
    onPublished?: string;
  };
  /** The dashboard and the metrics, which ask for the user `kith` and a password. */
  web: {
    /** The address to listen on, by default loopback. */
    host: string;
    /** If undefined, a password is generated and kept in the home. */
    password?: string;
    /** Of the user `viewer`, who may look but not act; the same applies. */
    viewerPassword?: string;
    dashboardPort: number;
    servePort: number;
    /** 0 means any free port. */
    metricsPort: number;
  };
  /** How long publish waits for readers' open transactions. */
  publishPatienceSeconds: number;
  /** How many days a run's folder under the home is kept after its end. */
  keepRunsDays: number;
  /** How many days before the as-of of later runs what a run recommends is kept; 0 keeps nothing. */
  historyDays: number;
}

/**
 * Reads the settings from `KITH_…` variables and checks them.
 *
 * @throws BadInputError naming each setting that does not exist, or each wrong one and what it should look like; never
 *   a value, which may be secret
 */
export function readSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (name.startsWith('KITH_') && value) given[name] = value;
  const unknown = wrongNames(given);
  if (unknown.length > 0) throw new BadInputError(unknown.join(' '));
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.')} should be ${issue.message}`);
    throw new BadInputError(`Wrong settings: ${wrong.join('; ')}.`);
  }
  const s = parsed.data;
  if (s.KITH_NEO4J_URI && s.KITH_NEO4J_PASSWORD === undefined)
    throw new BadInputError(
      'KITH_NEO4J_URI is set but KITH_NEO4J_PASSWORD is not: set it in the environment or in a settings file.',
    );
  if (s.KITH_WEB_PASSWORD !== undefined && s.KITH_WEB_PASSWORD === s.KITH_WEB_VIEWER_PASSWORD)
    throw new BadInputError(
      'KITH_WEB_VIEWER_PASSWORD is the same as KITH_WEB_PASSWORD: whoever may only look could act; give two passwords.',
    );
  const { KITH_S3_ACCESS_KEY: accessKey, KITH_S3_SECRET_KEY: secretKey } = s;
  if ((accessKey === undefined) !== (secretKey === undefined)) {
    const [one, other] = accessKey === undefined ? ['SECRET', 'ACCESS'] : ['ACCESS', 'SECRET'];
    throw new BadInputError(
      `KITH_S3_${one}_KEY is set but KITH_S3_${other}_KEY is not: set both, or neither to use AWS's own credentials.`,
    );
  }
  const home = s.KITH_HOME ? resolve(s.KITH_HOME) : join(projectRoot, '.kith');
  return {
    home,
    minFreeBytes: s.KITH_MIN_FREE_SPACE,
    neo4j: s.KITH_NEO4J_URI
      ? { uri: s.KITH_NEO4J_URI, username: s.KITH_NEO4J_USERNAME, password: s.KITH_NEO4J_PASSWORD ?? '' }
      : undefined,
    postgresUrl: s.KITH_POSTGRES_URL,
    s3: {
      endpoint: s.KITH_S3_ENDPOINT,
      region: s.KITH_S3_REGION,
      keys: accessKey !== undefined && secretKey !== undefined ? { accessKey, secretKey } : undefined,
    },
    engine: s.KITH_ENGINE,
    spark: {
      master: s.KITH_SPARK_MASTER,
      memory: s.KITH_SPARK_MEMORY,
      conf: pairsOf(s.KITH_SPARK_CONF),
      jars: s.KITH_SPARK_JARS,
      graph: s.KITH_SPARK_GRAPH,
    },
    ...lakeOf(s.KITH_LAKE, home),
    embedded: {
      boltPort: s.KITH_BOLT_PORT,
      httpPort: s.KITH_HTTP_PORT,
      postgresPort: s.KITH_POSTGRES_PORT,
      neo4jHeap: s.KITH_NEO4J_HEAP,
      neo4jPageCache: s.KITH_NEO4J_PAGE_CACHE,
      neo4jQueryLimit: s.KITH_NEO4J_QUERY_LIMIT,
      neo4jOsUser: s.KITH_NEO4J_OS_USER,
      postgresOsUser: s.KITH_POSTGRES_OS_USER,
    },
    weighting: {
      windowSeconds: s.KITH_WINDOW_DAYS * 86_400,
      decay:
        s.KITH_DECAY === 'linear'
          ? { kind: 'linear' }
          : { kind: 'exponential', halfLifeSeconds: s.KITH_HALF_LIFE_DAYS * 86_400 },
      bases: {
        follow: s.KITH_BASE_FOLLOW,
        reply: s.KITH_BASE_REPLY,
        like: s.KITH_BASE_LIKE,
        mention: s.KITH_BASE_MENTION,
      },
      minReputation: s.KITH_MIN_REPUTATION,
    },
    ranking: s.KITH_RANKING,
    recommendEngaged: s.KITH_RECOMMEND_ENGAGED === 'yes',
    popularAtMost: s.KITH_POPULAR_AT_MOST,
    dismissDays: s.KITH_DISMISS_DAYS === defaultDismissDays ? undefined : s.KITH_DISMISS_DAYS,
    activeDays: s.KITH_RECOMMEND_ACTIVE_DAYS,
    excludeLaterFollows:
      s.KITH_EXCLUDE_LATER_FOLLOWS === undefined ? undefined : s.KITH_EXCLUDE_LATER_FOLLOWS === 'yes',
    strangersAtMost: s.KITH_STRANGERS_AT_MOST,
    retention: retentionFor(s.KITH_WINDOW_DAYS, s.KITH_RECOMMEND_ACTIVE_DAYS ?? 0, s.KITH_RETENTION_DAYS),
    reputation: {
      model: s.KITH_MODEL,
      vocabularySize: s.KITH_VOCABULARY_SIZE,
      textLength: s.KITH_TEXT_LENGTH,
    },
    maxRejectedPercent: s.KITH_MAX_REJECTED_PERCENT,
    minRejectedRows: s.KITH_MIN_REJECTED_ROWS,
    maxUnpackedBytes: s.KITH_MAX_UNPACKED_SIZE,
    maxUnpackedRatio: s.KITH_MAX_UNPACKED_RATIO,
    mapping: s.KITH_MAPPING,
    userIds: s.KITH_USER_IDS,
    maxRowChangePercent: s.KITH_MAX_ROW_CHANGE_PERCENT,
    staleAfterDays: s.KITH_STALE_AFTER_DAYS,
    maxExpiredPercent: s.KITH_MAX_EXPIRED_PERCENT,
    loader: s.KITH_LOADER,
    bulkMinActivities: s.KITH_BULK_MIN_ACTIVITIES,
    compiled: s.KITH_COMPILED,
    drawAtMost: s.KITH_DRAW_AT_MOST,
    sessions: s.KITH_SESSIONS,
    jobs: {
      url: s.KITH_JOBS_URL,
      inputRoot: s.KITH_INPUT_ROOT,
      schedule: s.KITH_SCHEDULE,
      timeZone: s.KITH_TIME_ZONE,
      lockLifetime: s.KITH_LOCK_LIFETIME,
      retryDelay: s.KITH_RETRY_DELAY,
      stepLimit: s.KITH_STEP_LIMIT,
      folderPatience: s.KITH_FOLDER_PATIENCE,
      onFailure: s.KITH_ON_FAILURE,
      onPublished: s.KITH_ON_PUBLISHED,
    },
    web: {
      host: s.KITH_WEB_HOST,
      password: s.KITH_WEB_PASSWORD,
      viewerPassword: s.KITH_WEB_VIEWER_PASSWORD,
      dashboardPort: s.KITH_DASHBOARD_PORT,
      servePort: s.KITH_SERVE_PORT,
      metricsPort: s.KITH_METRICS_PORT,
    },
    publishPatienceSeconds: s.KITH_PUBLISH_PATIENCE_SECONDS,
    keepRunsDays: s.KITH_KEEP_RUNS_DAYS,
    historyDays: s.KITH_HISTORY_DAYS,
  };
}

function lakeOf(given: string | undefined, home: string): Pick<Settings, 'lake' | 'lakeUrl'> {
  if (given === undefined) return { lake: home };
  return given.startsWith('s3://') ? { lake: home, lakeUrl: given.replace(/\/+$/, '') } : { lake: resolve(given) };
}

/** Spark's settings from `name=value;name=value`. */
function pairsOf(text = ''): Record<string, string> {
  const pairs = text.split(';').map((pair) => pair.trim());
  return Object.fromEntries(
    pairs.filter(Boolean).map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
}

/**
 * Loads settings into the environment from a file, or else from `.env` in the checkout, if there is one; never from the
 * working folder, which may be anybody's. Variables that are already set win.
 *
 * @throws BadInputError if the file is not there or can't be read, others could have written it, or a line is wrong
 */
export function loadDotEnv(file?: string): void {
  if (file !== undefined && !existsSync(file))
    throw new BadInputError(`There is no file ${file} to read settings from (--env-file).`);
  try {
    takeEnvFile(file ?? join(projectRoot, '.env'));
  } catch (error) {
    throw error instanceof EnvFileError ? new BadInputError(error.message) : error;
  }
}
