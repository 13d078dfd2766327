// All settings: name, allowed values, default and meaning. docs/settings.md is generated from this file
// (`npx tsx scripts/settings-page.ts`).
import { createRequire } from 'node:module';
import { z } from 'zod';

/** The longest window: a century. */
export const longestWindowDays = 36_500;

/** For how many days a dismissal counts, if nothing else is set. */
export const defaultDismissDays = 90;

/** How recommendations can be ranked. */
export const rankingNames = ['second-degree', 'circles'] as const;

/** What user ids may be. */
const userIdKinds = ['int', 'bigint', 'text'] as const;

/** What can compute a run. */
export const engineNames = ['neo4j', 'spark'] as const;

/** How many days longer than the window activities are kept by default, so that runs as of up to a month back work. */
export const spareDays = 30;

/** A weight's base in thousandths, from a decimal with at most three places: '1.5' is 1500. */
const base = z
  .string()
  .regex(/^\d{1,4}(\.\d{1,3})?$/, 'a decimal from 0 to 1000 with at most 3 places')
  .transform((text) => Math.round(Number(text) * 1000))
  .refine((thousandths) => thousandths <= 1_000_000, 'a decimal from 0 to 1000 with at most 3 places')
  .prefault('1');
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
/** A span such as 90s, 10m, 6h or 2d, in milliseconds. Node's timers treat anything above 2^31 ms as 1 ms. */
const span = z
  .string()
  .regex(/^[1-9]\d{0,6}(s|m|h|d)$/, 'a span such as 90s, 10m, 6h or 2d')
  .transform(
    (text) => Number(text.slice(0, -1)) * { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[text.slice(-1) as 's'],
  )
  .refine((value) => value <= 24 * 86_400_000, 'a span of at most 24d');
const port = whole(0, 65535);
const bytes = z.string().regex(/^\d+[mg]$/i, 'a size such as 512m or 4g');
/** A size in bytes. */
const byteCount = (allowed: RegExp, form: string) =>
  z
    .string()
    .regex(allowed, form)
    .transform((text) => {
      const power = { m: 20, g: 30, t: 40 }[text.slice(-1).toLowerCase()] ?? 0;
      return Number.parseInt(text, 10) * 2 ** power;
    });
const someBytes = byteCount(/^[1-9]\d{0,6}[mgt]$/i, 'a size such as 512m, 4g or 1t');
const anyBytes = byteCount(/^(0|[1-9]\d{0,6}[mgt])$/i, 'a size such as 512m, 4g or 1t, or 0');
const text = z.string().min(1);
const osUser = z.string().regex(/^[a-z_][a-z0-9_-]{0,31}$/, "a system user's name");

/** Whether it is a URL of a scheme, with a host and, if any, a port that is a number. */
function isUrlOf(scheme: string): (url: string) => boolean {
  const begin = new RegExp(`^${scheme}://`, 'i');
  return (url) => {
    if (!begin.test(url) || !URL.canParse(firstHostOf(url))) return false;
    const { host, searchParams } = new URL(firstHostOf(url));
    // Postgres' socket has a path: postgres:///database?host=/run/postgresql.
    return host !== '' || searchParams.has('host');
  };
}

/** MongoDB and Postgres take several hosts, host:port,host:port, which are no URL: the first stands for them all. */
function firstHostOf(url: string): string {
  return url.replace(/^([^/]+:\/\/(?:[^/]*@)?[^/,]*)(?:,[^/?#]*)/, '$1');
}

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** Whether there are times for it, by the parser that finds them, which also knows that April has no 31st. */
function isCron(schedule: string): boolean {
  if (!/^\S+( \S+){4}$/.test(schedule)) return false;
  // H means a random time, a new one at every parse: a day could get two runs.
  if (/(^|[ ,])h/i.test(schedule)) return false;
  // Loaded on demand: it costs 30 ms, which other commands need not pay.
  const { CronExpressionParser } = createRequire(import.meta.url)('cron-parser') as typeof import('cron-parser');
  try {
    // In UTC, as schedules are: a time zone of this machine may have no such hour tonight.
    CronExpressionParser.parse(schedule, { tz: 'UTC' }).next();
    return true;
  } catch {
    return false;
  }
}

/**
 * The settings by topic. Defaults are given in the form a person would write (`prefault`); for a setting without a
 * default, `unset` says what applies if it is not set.
 */
export const topics = {
  'The network and its engines': {
    KITH_HOME: text
      .regex(/^\P{Cc}*$/u, 'a path without control characters')
      .optional()
      .meta({
        description: 'The folder for data, passwords and reports. Each home holds one network.',
        unset: '`.kith` in the checkout',
      }),
    KITH_USER_IDS: z
      .enum(userIdKinds, `${userIdKinds.slice(0, -1).join(', ')} or ${userIdKinds.at(-1)}`)
      .prefault('int')
      .describe(
        'What user ids may be: `int`, whole numbers up to 2^31 − 1; `bigint`, up to 2^63 − 1; or `text`, any text of up to ' +
          '255 bytes (handles, DIDs, UUIDs), which the tables have as numbers, and `graph_recs.users` as they are. A home keeps the kind of its ' +
          'first run until `kith reset --yes` ([how](decisions/0024-ids-of-any-kind.md)).',
      ),
    KITH_MIN_FREE_SPACE: anyBytes
      .prefault('256m')
      .describe(
        'How much space a step has to leave free on the disks of the home and the embedded engines, beyond what it is ' +
          'estimated to need. A step that would leave less is not begun. 0 switches this off, estimate and all.',
      ),
    KITH_NEO4J_URI: z
      .string()
      .refine(isUrlOf('(bolt|neo4j)(\\+s|\\+ssc)?'), 'bolt://host:port or neo4j://host:port')
      .optional()
      .meta({ description: 'Your own Neo4j server: `bolt://…` or `neo4j://…`.', unset: 'the embedded Neo4j' }),
    KITH_NEO4J_USERNAME: text.prefault('neo4j').describe('The user name for that server.'),
    KITH_NEO4J_PASSWORD: z
      .string()
      .optional()
      .meta({ description: 'The password for that server; required with `KITH_NEO4J_URI`.' }),
    KITH_POSTGRES_URL: z
      .string()
      .refine(isUrlOf('postgres(ql)?'), 'postgres://user:password@host:port/database')
      .optional()
      .meta({
        description:
          'Your own Postgres server, version 17 or newer: `postgres://user:password@host:port/database` ([what its role needs](security.md)).',
        unset: 'the embedded Postgres',
      }),
    KITH_BOLT_PORT: port.prefault('0').describe('The Bolt port of the embedded Neo4j; 0 means any free port.'),
    KITH_HTTP_PORT: port.prefault('0').describe('The port of the embedded Neo4j Browser; 0 means any free port.'),
    KITH_POSTGRES_PORT: port.prefault('0').describe('The port of the embedded Postgres; 0 means any free port.'),
    KITH_NEO4J_HEAP: bytes.optional().meta({
      description: 'The heap size of the embedded Neo4j, such as `2g`.',
      unset: "based on the machine's memory",
    }),
    KITH_NEO4J_PAGE_CACHE: bytes.optional().meta({
      description: 'The page cache size of the embedded Neo4j, such as `512m`.',
      unset: "based on the machine's memory",
    }),
    KITH_NEO4J_QUERY_LIMIT: span
      .prefault('10m')
      .describe("How long an analyst's query in the embedded Neo4j may take, as in Browser; Kith's own have no limit."),
    KITH_NEO4J_OS_USER: osUser
      .prefault('kith-neo4j')
      .describe('The system user that runs the embedded Neo4j if you are root; made if it does not exist.'),
    KITH_POSTGRES_OS_USER: osUser
      .prefault('postgres')
      .describe('The system user that runs the embedded Postgres if you are root; made if it does not exist.'),
  },
  Spark: {
    KITH_ENGINE: z
      .enum(engineNames, engineNames.join(' or '))
      .prefault('neo4j')
      .describe('What computes runs: `neo4j`, or `spark` for more data than one machine holds ([how](scale.md)).'),
    KITH_SPARK_MASTER: z
      .string()
      .regex(
        /^(local(\[(\*|\d+)(,\d+)?\])?|local-cluster\[\d+,\d+,\d+\]|spark:\/\/\S+|yarn|k8s:\/\/\S+)$/,
        'local[*], spark://host:port, yarn or k8s://…',
      )
      .prefault('local[*]')
      .describe("Spark's master: `local[*]` (this machine), `spark://host:port`, `yarn` or `k8s://…`."),
    KITH_SPARK_MEMORY: bytes
      .prefault('4g')
      .describe('The memory of the driver, which with `local[*]` does everything, and of each executor.'),
    KITH_SPARK_CONF: z
      .string()
      .regex(
        /^\s*spark\.[\w.-]+=[^;\p{Cc}]*(;\s*spark\.[\w.-]+=[^;\p{Cc}]*)*;?\s*$/u,
        'spark.name=value pairs separated by ;',
      )
      .optional()
      .meta({
        description:
          "More of Spark's own settings, such as `spark.executor.instances=16;spark.executor.cores=4`; `SPARK_CONF_DIR` is read, too.",
        unset: "Spark's defaults",
      }),
    KITH_SPARK_JARS: z
      .string()
      .regex(/^[^\s,]+(,[^\s,]+)*$/, 'paths or URLs separated by commas')
      .optional()
      .meta({ description: 'Jars for driver and executors, separated by commas.', unset: 'none' }),
    KITH_SPARK_GRAPH: z
      .enum(['closest', 'none'], 'closest or none')
      .prefault('none')
      .describe(
        'What is drawn in Neo4j after a run on Spark: `closest` (users and CLOSEST_TO, for exploring) or `none`.',
      ),
    KITH_LAKE: text
      .regex(
        /^(s3:\/\/[a-z0-9][a-z0-9._-]*(\/\P{Cc}*)?|(?!\w+:\/\/)\P{Cc}*)$/u,
        'a path, or s3://bucket/prefix, without control characters',
      )
      .optional()
      .meta({
        description:
          'The folder of accepted rows and of what Spark computes from them; on a cluster one that this machine and every ' +
          'executor see under the same path, or `s3://bucket/prefix` ([how](scale.md#a-lake-on-s3)).',
        unset: '`$KITH_HOME`',
      }),
  },
  'Files on S3': {
    KITH_S3_ENDPOINT: z
      .string()
      // No @: keys have their own settings, and errors show the endpoint.
      .refine((url) => /^https?:\/\/[^\s?#@]+$/i.test(url) && URL.canParse(url), 'http://host:port or https://…')
      .optional()
      .meta({ description: 'An S3-compatible server: `http://host:port` or `https://…`.', unset: 'AWS' }),
    KITH_S3_REGION: z
      .string()
      .regex(/^[a-z0-9-]+$/i, "a region's name such as eu-central-1")
      .prefault('us-east-1')
      .describe('The region of the buckets.'),
    KITH_S3_ACCESS_KEY: z
      .string()
      .optional()
      .meta({ description: 'The access key; set both keys or neither.', unset: "AWS's own credentials" }),
    KITH_S3_SECRET_KEY: z
      .string()
      .optional()
      .meta({ description: 'The secret key; set both keys or neither.', unset: "AWS's own credentials" }),
  },
  'What counts': {
    KITH_WINDOW_DAYS: whole(1, longestWindowDays).prefault('90').describe('How many days back activities count.'),
    KITH_RETENTION_DAYS: whole(1, longestWindowDays + spareDays)
      .optional()
      .meta({
        description:
          'How many days activities other than follows are kept, counted back from the published as-of; at ' +
          'least what runs ask for: the window and `KITH_RECOMMEND_ACTIVE_DAYS` ([what expires](decisions/0012-what-expires.md)).',
        unset: `what runs ask for plus ${spareDays}`,
      }),
    KITH_DECAY: z
      .enum(['linear', 'exponential'], 'linear or exponential')
      .prefault('linear')
      .describe('How the weight of an activity decays with its age within the window: `linear` or `exponential`.'),
    KITH_HALF_LIFE_DAYS: decimal(0.001, 36500).prefault('30').describe('The half-life of exponential decay, in days.'),
    KITH_BASE_FOLLOW: base.describe('The weight of a follow of age 0: a decimal with at most 3 places.'),
    KITH_BASE_REPLY: base.describe('The weight of a reply of age 0.'),
    KITH_BASE_LIKE: base.describe('The weight of a like of age 0.'),
    KITH_BASE_MENTION: base.describe('The weight of a mention of age 0.'),
  },
  'Whom to recommend': {
    KITH_RANKING: z
      .enum(rankingNames, rankingNames.join(' or '))
      .prefault('second-degree')
      .describe(
        'How recommendations are ranked: `second-degree`, by the closest connections of closest connections, or ' +
          '`circles`, by whom the people around them engage with, which finds more of the people that users turn to ' +
          'next and gives everybody a list ([why two](decisions/0017-two-rankings.md)).',
      ),
    KITH_RECOMMEND_ENGAGED: z
      .enum(['yes', 'no'], 'yes or no')
      .prefault('yes')
      .describe(
        'Whether people are recommended with whom the user has engaged in the window, but whom they do not follow.',
      ),
    KITH_DISMISS_DAYS: whole(1, 36_500)
      .prefault(String(defaultDismissDays))
      .describe('For how many days nobody is recommended again whom the user has dismissed (dismiss.csv).'),
    KITH_RECOMMEND_ACTIVE_DAYS: whole(1, 36_500)
      .optional()
      .meta({ unset: 'anybody' })
      .describe('Only people are recommended who have done something in so many days before the as-of.'),
    KITH_EXCLUDE_LATER_FOLLOWS: z
      .enum(['yes', 'no'], 'yes or no')
      .optional()
      .meta({ unset: '`yes` in scheduled runs, `no` in others' })
      .describe(
        'Whether somebody is left out, too, whom the user follows only since the as-of, up to the start of the run. A run as of ' +
          'the past can then not be repeated.',
      ),
    KITH_POPULAR_AT_MOST: whole(0, 20)
      .optional()
      .meta({
        description:
          'How many of the 100 most popular users `circles` recommends to a user at most; users without ties get ' +
          'them anyway.',
        unset: 'any number',
      }),
    KITH_STRANGERS_AT_MOST: whole(1, 1_000_000_000)
      .optional()
      .meta({
        description:
          'Bounds how far accounts that engage with everybody get by `circles`: whoever engages with more people than ' +
          'this in the window counts neither as a tie nor as engaging with a user for those who do not have them among ' +
          'their closest connections; 300 costs next to nothing ([measured](quality.md#spam)).',
        unset: 'no bound',
      }),
  },
  Reputation: {
    KITH_MIN_REPUTATION: decimal(0, 1)
      .prefault('0.5')
      .describe('The lowest `pred` with which a user may be recommended, from 0 to 1.'),
    KITH_MODEL: text
      .optional()
      .meta({ description: 'The folder of the model that scores users in runs.', unset: 'no model' }),
    KITH_VOCABULARY_SIZE: whole(1, 1_000_000)
      .prefault('18900')
      .describe("The maximum size of a newly trained model's vocabulary, in words."),
    KITH_TEXT_LENGTH: whole(1, 100_000)
      .prefault('1500')
      .describe("The maximum number of words of a user's week that a newly trained model reads."),
  },
  'Loading and publishing': {
    KITH_MAX_REJECTED_PERCENT: decimal(0, 100)
      .prefault('1')
      .describe('The percentage of bad rows in a file above which the run stops.'),
    KITH_MIN_REJECTED_ROWS: whole(1, 1_000_000_000)
      .prefault('2')
      .describe(
        'The number of bad rows from which that percentage applies; with fewer, a file is refused only if half of it is bad.',
      ),
    KITH_MAPPING: text
      .optional()
      .describe(
        'A mapping that says how files are written and what they hold, where that is not found out by itself (`--mapping`); by default ' +
          "`kith.mapping.yaml` in the day's folder, if it is there. See [inputs](inputs/README.md).",
      ),
    KITH_MAX_UNPACKED_SIZE: someBytes
      .prefault('256g')
      .describe('The largest size to which a gzip file may unpack, such as `512m`, `4g` or `1t`.'),
    KITH_MAX_UNPACKED_RATIO: whole(1, 1_000_000)
      .prefault('200')
      .describe('How many times its own size a gzip file may unpack to, if that is more than 64 MiB.'),
    KITH_MAX_ROW_CHANGE_PERCENT: decimal(0, 1_000_000)
      .prefault('50')
      .describe(
        'How far the row count of a table may differ from that of the run published before, if its settings were the same, in ' +
          'percent. Tables of fewer than 10 rows may change as they like, but not become empty; growth is judged from a ' +
          'day to a week after that run.',
      ),
    KITH_STALE_AFTER_DAYS: whole(0, longestWindowDays)
      .prefault('7')
      .describe('How many days the as-of may lie after the newest activity.'),
    KITH_MAX_EXPIRED_PERCENT: decimal(0, 100)
      .prefault('50')
      .describe("The largest share of the graph's activities that a run lets expire, in percent."),
    KITH_LOADER: z
      .enum(['auto', 'bulk', 'merge'], 'auto, bulk or merge')
      .prefault('auto')
      .describe(
        'How activities are loaded into the graph. `auto` imports in bulk if the embedded graph is empty and there are ' +
          'many activities; `bulk` does so if the graph is empty; `merge` never does ' +
          '([why](decisions/0004-loading-the-graph.md)).',
      ),
    KITH_BULK_MIN_ACTIVITIES: whole(0, 1e12)
      .prefault('50000')
      .describe('The number of activities from which `auto` imports in bulk.'),
    KITH_COMPILED: z
      .enum(['auto', 'off'], 'auto or off')
      .prefault('auto')
      .describe(
        'Whether closest connections and recommendations are computed by compiled procedures if the Neo4j server has ' +
          'them, as the embedded one does. Plain Cypher, which `off` means and `KITH_RECOMMEND_ENGAGED=no` needs, gives ' +
          'the same rows, and a whole run takes 1.6 times as long ([why](decisions/0016-compiled-procedures.md)).',
      ),
    KITH_DRAW_AT_MOST: whole(0, 1e12)
      .prefault('1000000')
      .describe(
        'How many closest connections are drawn as CLOSEST_TO after a run, by which people explore the graph. If there ' +
          'are more, none is, until `kith draw` is called.',
      ),
    KITH_SESSIONS: whole(1, 64).prefault('2').describe('The number of Neo4j sessions used in parallel.'),
    KITH_PUBLISH_PATIENCE_SECONDS: whole(1, 86_400)
      .prefault('300')
      .describe("How long publish waits for readers' open transactions, in seconds."),
    KITH_KEEP_RUNS_DAYS: whole(1, 36_500)
      .prefault('90')
      .describe(
        "How many days a run's bad rows and scores are kept in `$KITH_HOME/runs` after it ended; those of the published " +
          'run always are.',
      ),
    KITH_HISTORY_DAYS: whole(0, 365)
      .prefault('14')
      .describe(
        'How many days what was recommended is kept, for later runs to tell what it came to; `0` keeps nothing. Below 7 ' +
          'nothing is told of last week ([how](decisions/0019-past-lists.md)).',
      ),
  },
  'The daily job': {
    KITH_INPUT_ROOT: text
      .optional()
      .meta({ description: "The folder that holds the days' folders, each named after its date.", unset: 'none' }),
    KITH_SCHEDULE: z
      .string()
      .refine(isCron, "five fields of cron such as '0 7 * * *'")
      .prefault('0 7 * * *')
      .describe("When a day's run is queued, as five cron fields; `kith schedule` takes precedence."),
    KITH_TIME_ZONE: z
      .string()
      .refine((zone) => isTimeZone(zone), "a time zone's name such as Europe/Berlin")
      .prefault('UTC')
      .describe('The time zone of the schedule, such as `Europe/Berlin`.'),
    KITH_FOLDER_PATIENCE: span
      .prefault('6h')
      .describe('How long a run waits for a missing folder. Spans are written like `90s`, `10m`, `6h` or `2d`.'),
    KITH_RETRY_DELAY: span
      .prefault('5m')
      .describe('The delay before a failed step is retried; it doubles with each further retry.'),
    KITH_STEP_LIMIT: span.prefault('4h').describe('The longest a step may take; one that takes longer fails.'),
    KITH_LOCK_LIFETIME: span
      .prefault('10m')
      .describe('A worker that has not been heard from for this long loses its step.'),
    KITH_ON_FAILURE: text.optional().meta({
      description:
        'What to call when a run fails: a command, which gets `KITH_FAILED_RUN` and `KITH_FAILED_WHY`, and of the ' +
        "worker's environment only `PATH`, `HOME`, the language, the time zone and the like, or a URL, which gets a " +
        'POST of JSON. It has a minute, and succeeds by ending with 0 or an answer of 2xx; otherwise it is called again ' +
        'every half minute for a day.',
      unset: 'nothing',
    }),
    KITH_ON_PUBLISHED: text.optional().meta({
      description:
        'What to call when a run of the queue is published, likewise: a command gets `KITH_PUBLISHED_RUN` and ' +
        '`KITH_PUBLISHED_AS_OF`, a URL also the numbers of rows. The run does not wait for it.',
      unset: 'nothing',
    }),
    KITH_JOBS_URL: z
      .string()
      .refine(
        isUrlOf('(postgres(ql)?|mongodb(\\+srv)?)'),
        'postgres://host:port/database or mongodb://host:port/database',
      )
      .optional()
      .meta({
        description:
          'Where jobs are stored: `postgres://…` or `mongodb://…`, not through a pooler in transaction mode.',
        unset: "the network's Postgres",
      }),
  },
  'Pages, metrics and logs': {
    KITH_DASHBOARD_PORT: port.prefault('3007').describe('The port of the dashboard; 0 means any free port.'),
    KITH_SERVE_PORT: port.prefault('3008').describe('The port of `kith serve`; 0 means any free port.'),
    KITH_METRICS_PORT: port.prefault('0').describe("The port of a worker's metrics; 0 means any free port."),
    KITH_WEB_HOST: text
      .prefault('127.0.0.1')
      .describe('The address that the dashboard, the metrics and `kith serve` listen on.'),
    KITH_WEB_PASSWORD: z.string().min(12, 'at least 12 characters').optional().meta({
      description: 'The password for the dashboard and the metrics, at least 12 characters; the user is `kith`.',
      unset: 'a generated one, kept in `passwords/web` in the home',
    }),
    KITH_WEB_VIEWER_PASSWORD: z
      .string()
      .min(12, 'at least 12 characters')
      .optional()
      .meta({
        description:
          'Another password for them, at least 12 characters; its user `viewer` may look but not act on runs and jobs ' +
          '([who may do what](security.md#pages-and-secrets)).',
        unset: 'a generated one, kept in `passwords/web-viewer` in the home, or none if `KITH_WEB_PASSWORD` is set',
      }),
    // Only checked here: the log is created before the settings are read, and reads the variable itself.
    KITH_LOG_LEVEL: z
      .enum(
        ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
        'trace, debug, info, warn, error, fatal or silent',
      )
      .optional()
      .meta({
        description:
          'The lowest level that workers log: `trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`.',
        unset: '`info`',
      }),
  },
};

/** The variables, checked and typed. */
export const environment = z.object({
  ...topics['The network and its engines'],
  ...topics.Spark,
  ...topics['Files on S3'],
  ...topics['What counts'],
  ...topics['Whom to recommend'],
  ...topics.Reputation,
  ...topics['Loading and publishing'],
  ...topics['The daily job'],
  ...topics['Pages, metrics and logs'],
});
