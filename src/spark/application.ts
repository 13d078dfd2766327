import { spawn } from 'node:child_process';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { childEnvironment } from '../child-environment.ts';
import { statement } from '../config/project.ts';
import type { S3Settings, Settings } from '../config/settings.ts';
import { pause, throwIfAborted, waitUntil } from '../engines/waiting.ts';
import { BadInputError, EngineError } from '../errors.ts';
import type { Report } from '../progress.ts';
import { isOnS3 } from './lake.ts';
import { reasonIn } from './log-reasons.ts';
import { classArchive, fetchedS3Jars, sparkHome } from './spark-home.ts';
import { TaskProgress } from './task-progress.ts';

export type SparkFile = `spark/${string}.sql`;

type SparkSettings = Pick<Settings, 'spark' | 's3'>;

/** One application of Spark: statements that are run one after the other. */
export interface Application {
  /** For people, also those who look at the cluster. */
  name: string;
  statements: readonly SparkFile[];
  /** What the statements name as `${spark.kith.…}`: whole numbers, and paths of folders or files. */
  parameters: Readonly<Record<string, bigint | { path: string }>>;
  /** Where the tables are made that the statements create: a folder, or a place on S3. */
  tables: string;
  /** A folder on this machine for what a local Spark spills. */
  scratch: string;
  /** Its settings and its statements are kept beside it, with the endings .conf and .sql. */
  logFile: string;
}

export interface ApplicationOptions {
  signal: AbortSignal;
  report: Report;
  /** Called every few seconds; what it throws ends the application. */
  check: () => Promise<void>;
}

const checkEveryMs = 5_000;
const lookEveryMs = 500;
/** How long an application may take to end itself, before it is killed. */
const endSeconds = 15;

/**
 * Ends the application once nobody holds its standard input: Kith was killed. `$@` is the program with its arguments,
 * whose files only the owner may read.
 */
const guarded = `
umask 077
exec 3<&0
"$@" </dev/null 3<&- &
child=$!
{ cat <&3 >/dev/null; kill -TERM "$child"; } 2>/dev/null &
wait "$child"
`;

/**
 * Runs an application to its end, as a child process: Spark has no maintained client for Node. If it is stopped, or
 * this process dies, it ends.
 *
 * @throws EngineError with Spark's reason and the path of its log; whatever `check` throws; InterruptedError
 */
export async function runApplication(
  settings: SparkSettings,
  application: Application,
  { signal, report, check }: ApplicationOptions,
): Promise<void> {
  const home = sparkHome();
  const { logFile, statements } = application;
  const confFile = logFile.replace(/\.log$/, '.conf');
  const script = logFile.replace(/\.log$/, '.sql');
  writeFileSync(confFile, propertiesOf(settings, application, home), { mode: 0o600 });
  writeFileSync(script, statements.map((file) => `${statement(file).trimEnd()};\n`).join('\n'), { mode: 0o600 });
  const log = openSync(logFile, 'w', 0o600);
  const program = [`${home}/bin/spark-sql`, '--properties-file', confFile, '--load-spark-defaults', '-f', script];
  const child = spawn('/bin/sh', ['-c', guarded, 'kith-spark', ...program], {
    stdio: ['pipe', log, log],
    detached: true,
    env: environmentFor(home, settings),
  });
  closeSync(log);
  child.stdin?.on('error', () => undefined);
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once('exit', (code, by) => resolve({ code, signal: by }));
    child.once('error', () => resolve({ code: 127, signal: null }));
  });
  const progress = new TaskProgress(logFile, statements.map(titleOf));
  let end: Awaited<typeof ended> | undefined;
  ended.then((how) => {
    end = how;
  });
  let checkedAt = performance.now();
  try {
    while (!end) {
      await Promise.race([ended, pause(lookEveryMs, signal)]);
      throwIfAborted(signal);
      if (performance.now() - checkedAt > checkEveryMs) {
        await check();
        checkedAt = performance.now();
      }
      if (!end) report(await progress.look());
    }
  } finally {
    await endGroup(child.pid);
    child.stdin?.destroy();
    await rm(shuffleFolder(application.scratch), { recursive: true, force: true });
    await rm(confFile, { force: true });
  }
  if (end.code === 0) return;
  await progress.look();
  const reason = reasonIn(await readEnd(logFile)) ?? `it ended with ${end.signal ?? `code ${end.code}`}`;
  throw new EngineError(`Spark failed at ${progress.statement ?? 'its start'}: ${reason}; see its log, ${logFile}.`);
}

/** What a local Spark spills, which it leaves behind when it is killed. */
function shuffleFolder(scratch: string): string {
  return join(scratch, 'shuffled');
}

/** @example titleOf('spark/closest/edges-linear.sql') // 'edges-linear' */
function titleOf(file: SparkFile): string {
  return basename(file, '.sql');
}

function propertiesOf({ spark, s3 }: SparkSettings, application: Application, home: string): string {
  const { name, parameters, tables, scratch } = application;
  const isLocal = spark.master.startsWith('local');
  const values = Object.entries(parameters).map(([key, value]): [string, string] => [
    `spark.kith.${key}`,
    typeof value === 'bigint' ? String(value) : sparkPath(value.path),
  ]);
  const jars = spark.jars ?? (isOnS3(tables) ? fetchedS3Jars(home) : undefined);
  const archive = classArchive(home);
  const conf = new Map<string, string>([
    ...(archive === undefined
      ? []
      : ([['spark.driver.defaultJavaOptions', `-XX:SharedArchiveFile="${archive}"`]] as const)),
    ['spark.driver.memory', spark.memory],
    ['spark.executor.memory', spark.memory],
    ['spark.ui.showConsoleProgress', 'false'],
    ...(isLocal ? ([['spark.local.dir', shuffleFolder(scratch)]] as const) : []),
    ...(jars === undefined ? [] : ([['spark.jars', jars]] as const)),
    ...(isOnS3(tables) ? s3Properties(s3) : []),
    ['spark.sql.join.preferSortMergeJoin', 'false'],
    ...Object.entries(spark.conf),
    // From here on what results depend on, or what Kith needs to look after the application.
    ['spark.master', spark.master],
    ['spark.submit.deployMode', 'client'],
    ['spark.app.name', name],
    ['spark.ui.enabled', 'true'],
    ['spark.ui.port', '0'],
    ['spark.ui.killEnabled', 'false'],
    ['spark.sql.catalogImplementation', 'in-memory'],
    ['spark.sql.warehouse.dir', sparkPath(tables)],
    ['spark.sql.sources.default', 'parquet'],
    ['spark.sql.session.timeZone', 'UTC'],
    // Nothing may wrap silently.
    ['spark.sql.ansi.enabled', 'true'],
    ['spark.sql.files.maxRecordsPerFile', '0'],
    ['spark.sql.variable.substitute', 'true'],
    // A join with rows that are together by user doesn't move them again.
    ['spark.sql.requireAllClusterKeysForCoPartition', 'false'],
    ...values,
  ]);
  return [...conf].map(([key, value]) => `${key} ${value.replaceAll('\\', '\\\\')}\n`).join('');
}

/** How s3a reaches S3. Keys are no part of it: Spark takes them from its environment. */
function s3Properties({ endpoint, region }: S3Settings): [string, string][] {
  return [
    ['spark.hadoop.fs.s3a.endpoint.region', region],
    ...(endpoint === undefined
      ? []
      : ([
          ['spark.hadoop.fs.s3a.endpoint', endpoint],
          // Servers other than AWS rarely have a host name for each bucket.
          ['spark.hadoop.fs.s3a.path.style.access', 'true'],
          ['spark.hadoop.fs.s3a.connection.ssl.enabled', String(endpoint.startsWith('https:'))],
        ] as [string, string][])),
  ];
}

/**
 * A path, or a place on S3, as statements may contain it.
 *
 * @throws BadInputError if it has characters that mean something there
 */
export function sparkPath(path: string): string {
  const plain = isOnS3(path) ? path.slice('s3:/'.length) : path;
  if (!/^\/[\p{L}\p{N}_ .+=@~/-]*$/u.test(plain))
    throw new BadInputError(
      `Spark can't be given the path ${path}: it may have only letters, digits, spaces and _.+=@~- ` +
        '(KITH_LAKE, by default $KITH_HOME).',
    );
  return isOnS3(path) ? path.replace(/^s3:/, 's3a:') : `file:${path}`;
}

/** What Spark finds its way by; of Kith's settings only the keys for S3 are part of it. */
function environmentFor(home: string, { spark: { master }, s3: { keys } }: SparkSettings): NodeJS.ProcessEnv {
  // Beside keys of ours, a session's token of somebody else's would be refused.
  const ofSpark = keys ? /^(SPARK|HADOOP|YARN|KUBE|JAVA)_?\w+$/ : /^(SPARK|HADOOP|YARN|KUBE|JAVA|AWS)_?\w+$/;
  const passedOn = Object.entries(process.env).filter(([name]) => ofSpark.test(name));
  return childEnvironment({
    ...(Object.fromEntries(passedOn) as Record<string, string>),
    SPARK_HOME: home,
    // Spark's driver hands them on to executors, and no property, log or command line has them.
    ...(keys ? { AWS_ACCESS_KEY_ID: keys.accessKey, AWS_SECRET_ACCESS_KEY: keys.secretKey } : {}),
    // The page of an application has no password.
    ...(/^(local|spark:\/\/(127\.0\.0\.1|localhost):)/.test(master) ? { SPARK_LOCAL_IP: '127.0.0.1' } : {}),
  });
}

/** Ends all processes of the application that are left. */
async function endGroup(pid: number | undefined): Promise<void> {
  if (pid === undefined) return;
  const send = (signal: NodeJS.Signals | 0) => {
    try {
      return process.kill(-pid, signal);
    } catch {
      return false;
    }
  };
  send('SIGTERM');
  if (await waitUntil(() => !send(0), endSeconds)) return;
  send('SIGKILL');
  await waitUntil(() => !send(0), endSeconds);
}

const mostOfLog = 256 * 1024;

async function readEnd(file: string): Promise<string> {
  await using handle = await open(file, 'r');
  const { size } = await handle.stat();
  const length = Math.min(size, mostOfLog);
  const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length);
  return buffer.toString('utf8');
}
