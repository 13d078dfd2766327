import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { BadInputError } from '../errors.ts';
import { projectRoot } from './project.ts';

/** The longest window: a century. */
export const longestWindowDays = 36_500;

/** How much longer than the window activities are kept, unless KITH_RETENTION_DAYS is set: for as-ofs up to a month back. */
const spareDays = 30;

/** A weight's base in thousandths, from a decimal with at most three places: '1.5' is 1500. */
const base = z
  .string()
  .regex(/^\d{1,3}(\.\d{1,3})?$/, 'a decimal from 0 to 999.999 with at most 3 places')
  .transform((text) => Math.round(Number(text) * 1000));
const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'a whole number')
    .transform(Number)
    .refine((value) => value >= least && value <= most, `a whole number from ${least} to ${most}`);
const decimal = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+(\.\d+)?$/, 'a decimal number')
    .transform(Number)
    .refine((value) => value >= least && value <= most, `a number from ${least} to ${most}`);
/** A span such as 90s, 10m, 6h or 2d, in milliseconds. Node's timers end at 2^31 ms, and take anything longer for 1 ms. */
const span = z
  .string()
  .regex(/^[1-9]\d{0,6}(s|m|h|d)$/, 'a span such as 90s, 10m, 6h or 2d')
  .transform(
    (text) => Number(text.slice(0, -1)) * { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[text.slice(-1) as 's'],
  )
  .refine((value) => value <= 24 * 86_400_000, 'a span of at most 24d');
const port = whole(0, 65535).default(0);
const bytes = z.string().regex(/^\d+[mg]$/i, 'a size such as 512m or 4g');

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** Whether Agenda will find times for it: its own parser says so, which also knows that no April has 31 days. */
function isCron(text: string): boolean {
  if (!/^\S+( \S+){4}$/.test(text)) return false;
  // H is a time by chance, another one at every look: a day could have two runs.
  if (/(^|[ ,])h/i.test(text)) return false;
  // Loaded when it is asked for: 30 ms that other commands need not pay.
  const { CronExpressionParser } = createRequire(import.meta.url)('cron-parser') as typeof import('cron-parser');
  try {
    CronExpressionParser.parse(text).next();
    return true;
  } catch {
    return false;
  }
}

const environment = z.object({
  KITH_HOME: z.string().min(1).optional(),
  KITH_NEO4J_URI: z
    .string()
    .regex(/^(bolt|neo4j)(\+s|\+ssc)?:\/\//, 'bolt://… or neo4j://…')
    .optional(),
  KITH_NEO4J_USERNAME: z.string().min(1).default('neo4j'),
  KITH_NEO4J_PASSWORD: z.string().optional(),
  KITH_POSTGRES_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'postgres://user:password@host:port/database')
    .optional(),
  KITH_S3_ENDPOINT: z
    .string()
    // No @: keys have settings of their own, and an endpoint is shown in errors.
    .refine((text) => /^https?:\/\/[^\s?#@]+$/i.test(text) && URL.canParse(text), 'http://host:port or https://…')
    .optional(),
  KITH_S3_REGION: z
    .string()
    .regex(/^[a-z0-9-]+$/i, "a region's name such as eu-central-1")
    .default('us-east-1'),
  KITH_S3_ACCESS_KEY: z.string().optional(),
  KITH_S3_SECRET_KEY: z.string().optional(),
  KITH_BOLT_PORT: port,
  KITH_HTTP_PORT: port,
  KITH_POSTGRES_PORT: port,
  KITH_NEO4J_HEAP: bytes.optional(),
  KITH_NEO4J_PAGE_CACHE: bytes.optional(),
  KITH_POSTGRES_OS_USER: z
    .string()
    .regex(/^[a-z_][a-z0-9_-]*$/)
    .default('postgres'),
  KITH_WINDOW_DAYS: whole(1, longestWindowDays).default(90),
  KITH_RETENTION_DAYS: whole(1, longestWindowDays + spareDays).optional(),
  KITH_DECAY: z.enum(['linear', 'exponential'], 'linear or exponential').default('linear'),
  KITH_HALF_LIFE_DAYS: decimal(0.001, 36500).default(30),
  KITH_BASE_FOLLOW: base.default(1000),
  KITH_BASE_REPLY: base.default(1000),
  KITH_BASE_LIKE: base.default(1000),
  KITH_BASE_MENTION: base.default(1000),
  KITH_MIN_REPUTATION: decimal(0, 1).default(0.5),
  KITH_MODEL: z.string().min(1).optional(),
  KITH_VOCABULARY_SIZE: whole(1, 1_000_000).default(18_900),
  KITH_TEXT_LENGTH: whole(1, 100_000).default(1500),
  KITH_MAX_REJECTED_PERCENT: decimal(0, 100).default(1),
  KITH_MAX_ROW_CHANGE_PERCENT: decimal(0, 1_000_000).default(50),
  KITH_LOADER: z.enum(['auto', 'bulk', 'merge'], 'auto, bulk or merge').default('auto'),
  KITH_BULK_MIN_ACTIVITIES: whole(0, 1e12).default(50_000),
  KITH_SESSIONS: whole(1, 64).default(2),
  KITH_JOBS_URL: z
    .string()
    .regex(/^(postgres(ql)?|mongodb(\+srv)?):\/\//, 'postgres://… or mongodb://…')
    .optional(),
  KITH_INPUT_ROOT: z.string().min(1).optional(),
  KITH_SCHEDULE: z.string().refine(isCron, "five fields of cron such as '0 7 * * *'").default('0 7 * * *'),
  KITH_TIME_ZONE: z
    .string()
    .refine((zone) => isTimeZone(zone), "a time zone's name such as Europe/Berlin")
    .default('UTC'),
  KITH_LOCK_LIFETIME: span.default(600_000),
  KITH_RETRY_DELAY: span.default(300_000),
  KITH_STEP_LIMIT: span.default(4 * 3_600_000),
  KITH_FOLDER_PATIENCE: span.default(6 * 3_600_000),
  KITH_DASHBOARD_PORT: whole(0, 65535).default(3007),
  KITH_METRICS_PORT: port,
  KITH_WEB_HOST: z.string().min(1).default('127.0.0.1'),
  KITH_WEB_PASSWORD: z.string().min(12, 'at least 12 characters').optional(),
  KITH_ON_FAILURE: z.string().min(1).optional(),
  KITH_PUBLISH_PATIENCE_SECONDS: whole(1, 86_400).default(300),
  // Only judged here: the log reads it for itself, as it is there before the settings.
  KITH_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'trace, debug, info, warn, error or fatal')
    .optional(),
});

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
 * @throws BadInputError naming each setting that is wrong and what it should look like; never its value if that may be secret
 */
export function readSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  const given = Object.fromEntries(
    Object.entries(env).filter(([name, value]) => name.startsWith('KITH_') && value !== ''),
  );
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
