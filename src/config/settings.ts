import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BadInputError } from '../errors.ts';
import { environment, spareDays } from './environment.ts';
import { projectRoot } from './project.ts';
import { wrongNames } from './unknown-settings.ts';

export { longestWindowDays } from './environment.ts';

/** How an activity's weight falls with its age, inside the window. */
export type Decay = { kind: 'linear' } | { kind: 'exponential'; halfLifeSeconds: number };

/** What changes the numbers: two runs are comparable only when these are equal. */
export interface Ranking {
  windowSeconds: number;
  decay: Decay;
  /** Weight of one activity of age 0, in thousandths. */
  bases: { follow: number; reply: number; like: number; mention: number };
  /** A user is good from this `pred` on, in [0, 1]. */
  minReputation: number;
}

/** For how long activities other than follows are kept, before the highest as-of published. */
export interface Retention {
  /** At least the window. */
  seconds: number;
  /** By KITH_RETENTION_DAYS, rather than by the window. */
  isSet: boolean;
}

/**
 * The retention for runs of another window: where none is set, it is as long as the longer window asks for.
 *
 * @throws BadInputError if the one that is set is shorter than the window
 */
export function retentionFor(windowSeconds: number, { seconds, isSet }: Retention): Retention {
  if (isSet && seconds < windowSeconds)
    throw new BadInputError(
      `KITH_RETENTION_DAYS is ${seconds / 86_400}, but activities count for ${windowSeconds / 86_400} days (KITH_WINDOW_DAYS or ` +
        '--window-days): keep them for at least as long.',
    );
  return { seconds: isSet ? seconds : Math.max(seconds, windowSeconds + spareDays * 86_400), isSet };
}

/** How S3 is reached. */
export interface S3Settings {
  /** A server to use instead of AWS; buckets are then the first part of its paths. */
  endpoint?: string;
  region: string;
  /** Left out, the AWS SDK looks for credentials in its own places. */
  keys?: { accessKey: string; secretKey: string };
}

export interface Settings {
  /** `$KITH_HOME`, absolute: one home is one network. */
  home: string;
  /** Servers to use instead of the embedded ones. */
  neo4j?: { uri: string; username: string; password: string };
  postgresUrl?: string;
  s3: S3Settings;
  /** Of the embedded engines; port 0 is any free one, and a size left out is measured from the machine. */
  embedded: {
    boltPort: number;
    httpPort: number;
    postgresPort: number;
    neo4jHeap?: string;
    neo4jPageCache?: string;
    /** Postgres refuses to run as root: the system's user that it runs as then. */
    postgresOsUser: string;
  };
  ranking: Ranking;
  retention: Retention;
  reputation: {
    /** The folder of the model that runs score with, unless they are told otherwise. */
    model?: string;
    /** Of training: words that the vocabulary holds at most, and words of a user-week that are read. */
    vocabularySize: number;
    textLength: number;
  };
  /** A file with a larger share of bad rows stops the run. */
  maxRejectedPercent: number;
  /** Row counts may differ this much from the last comparable run. */
  maxRowChangePercent: number;
  /** How activities get into the graph; `auto` is bulk for an empty embedded graph and many activities. */
  loader: 'auto' | 'bulk' | 'merge';
  bulkMinActivities: number;
  /** Neo4j sessions side by side. */
  sessions: number;
  /** Of the daily job; spans in milliseconds. */
  jobs: {
    /** Where Agenda keeps its jobs; the network's Postgres unless it is set. */
    url?: string;
    /** The days' folders lie here, each by its date. */
    inputRoot?: string;
    /** When a day's run is queued: cron, in the time zone. */
    schedule: string;
    timeZone: string;
    /** A worker that hasn't been heard of for so long has lost its step. */
    lockLifetime: number;
    /** Before the first retry of a step; twice as long before each further one. */
    retryDelay: number;
    /** A step that takes longer has failed. */
    stepLimit: number;
    /** How long a folder that is not there yet is waited for. */
    folderPatience: number;
    /** A command or URL that is told of a run that failed. */
    onFailure?: string;
  };
  /** Of the dashboard and the metrics, which ask for the name `kith` and a password. */
  web: {
    /** Loopback unless it is set. */
    host: string;
    /** Left out, one is made and kept in the home. */
    password?: string;
    dashboardPort: number;
    /** 0 is any free one. */
    metricsPort: number;
  };
  /** How long publish waits for readers' open transactions. */
  publishPatienceSeconds: number;
}

/**
 * The settings of `KITH_…` variables, typed and checked once.
 *
 * @throws BadInputError naming each setting that does not exist, or that is wrong and what it should look like; never its value,
 *   which may be secret
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
      'KITH_NEO4J_URI is set but KITH_NEO4J_PASSWORD is not: set it in the environment or in .env.',
    );
  const { KITH_S3_ACCESS_KEY: accessKey, KITH_S3_SECRET_KEY: secretKey } = s;
  if ((accessKey === undefined) !== (secretKey === undefined)) {
    const [one, other] = accessKey === undefined ? ['SECRET', 'ACCESS'] : ['ACCESS', 'SECRET'];
    throw new BadInputError(
      `KITH_S3_${one}_KEY is set but KITH_S3_${other}_KEY is not: set both, or neither to use AWS's own credentials.`,
    );
  }
  return {
    home: s.KITH_HOME ? resolve(s.KITH_HOME) : join(projectRoot, '.kith'),
    neo4j: s.KITH_NEO4J_URI
      ? { uri: s.KITH_NEO4J_URI, username: s.KITH_NEO4J_USERNAME, password: s.KITH_NEO4J_PASSWORD ?? '' }
      : undefined,
    postgresUrl: s.KITH_POSTGRES_URL,
    s3: {
      endpoint: s.KITH_S3_ENDPOINT,
      region: s.KITH_S3_REGION,
      keys: accessKey !== undefined && secretKey !== undefined ? { accessKey, secretKey } : undefined,
    },
    embedded: {
      boltPort: s.KITH_BOLT_PORT,
      httpPort: s.KITH_HTTP_PORT,
      postgresPort: s.KITH_POSTGRES_PORT,
      neo4jHeap: s.KITH_NEO4J_HEAP,
      neo4jPageCache: s.KITH_NEO4J_PAGE_CACHE,
      postgresOsUser: s.KITH_POSTGRES_OS_USER,
    },
    ranking: {
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
    retention: retentionFor(s.KITH_WINDOW_DAYS * 86_400, {
      seconds: (s.KITH_RETENTION_DAYS ?? 0) * 86_400,
      isSet: s.KITH_RETENTION_DAYS !== undefined,
    }),
    reputation: {
      model: s.KITH_MODEL,
      vocabularySize: s.KITH_VOCABULARY_SIZE,
      textLength: s.KITH_TEXT_LENGTH,
    },
    maxRejectedPercent: s.KITH_MAX_REJECTED_PERCENT,
    maxRowChangePercent: s.KITH_MAX_ROW_CHANGE_PERCENT,
    loader: s.KITH_LOADER,
    bulkMinActivities: s.KITH_BULK_MIN_ACTIVITIES,
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
    },
    web: {
      host: s.KITH_WEB_HOST,
      password: s.KITH_WEB_PASSWORD,
      dashboardPort: s.KITH_DASHBOARD_PORT,
      metricsPort: s.KITH_METRICS_PORT,
    },
    publishPatienceSeconds: s.KITH_PUBLISH_PATIENCE_SECONDS,
  };
}

/** Reads `.env` of the working folder, if there is one; what the environment already has wins. */
export function loadDotEnv(): void {
  if (existsSync('.env')) process.loadEnvFile('.env');
}
