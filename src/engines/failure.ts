import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { BrokenStoreError, DiskFullError, EngineError, KithError, messageOf } from '../errors.ts';
import { freeBytes, isNoSpace, lackOfSpace } from '../storage/disk-full.ts';

/** Whether the folder's disk has less than a mebibyte left: an engine may then wait for space instead of ending. */
export function isDiskFull(folder: string): boolean {
  return freeBytes(folder) < 1024 ** 2;
}

/** Explains a full disk or a home that can't be written; any other error is returned as it is. */
export function homeError(home: { root: string }, error: unknown): unknown {
  const code = codeOf(error);
  if (error instanceof KithError) return error;
  const full = lackOfSpace(home.root, error);
  if (full) return full;
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOTDIR')
    return new EngineError(
      `The home ${home.root} can't be written (${messageOf(error)}): set KITH_HOME to a folder of your own.`,
    );
  return error;
}

/** The code of an error of the system, a driver or a database; empty if it has none. */
export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

/** The last `bytes` of a log, as text; empty if there is no log. */
export function tailOf(file: string, bytes = 20_000, from = 0): string {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return '';
  }
  try {
    const size = fstatSync(descriptor).size;
    const start = Math.max(Math.min(from, size), size - bytes);
    const buffer = Buffer.alloc(size - start);
    readSync(descriptor, buffer, 0, buffer.length, start);
    return buffer.toString('utf8');
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Reasons for which an engine can't open data that are whole: rights, other processes, too little of the machine. To
 * rebuild or reset would be bad advice then.
 */
const notOfTheData =
  /AccessDenied|permission denied|operation not permitted|read-only file system|too many open files|FileLockException|StoreLockException|has been locked|OutOfMemoryError|out of memory|cannot allocate memory|unable to create native thread/i;

/**
 * Why an engine ended, according to its log: a full disk, a port in use, a store that it can't open, or otherwise the
 * last line in which it reported an error.
 */
export function reasonIn(log: string): { kind: 'full' | 'port' | 'store' | 'other'; text: string } {
  if (isNoSpace(log)) return { kind: 'full', text: 'its disk is full' };
  if (/Address already in use/i.test(log)) return { kind: 'port', text: 'its port is in use' };
  const store = /^FAILED the database \w+ can't be opened: (.+?)\.?$/m.exec(log)?.[1];
  if (store !== undefined) {
    // The reason of a Java exception may be a mere path: what is wrong with it is the exception's name.
    const thrown = log.split('\n').filter((line) => /^(Caused by: )?[\w.$]+(Exception|Error)\b/.test(line));
    const [outside] = thrown.map((line) => notOfTheData.exec(line)?.[0]).filter((found) => found !== undefined);
    return outside === undefined ? { kind: 'store', text: store } : { kind: 'other', text: `${outside}: ${store}` };
  }
  const said = [
    ...log.matchAll(/(?:(?:FATAL|PANIC): +|^FAILED |^postgres: |^but |^Error: |^initdb: error: )(.+)$/gm),
  ].at(-1)?.[1];
  return { kind: 'other', text: said?.trim().replace(/\.$/, '') ?? 'it gave no reason' };
}

/** What Postgres says when files of its data folder are missing or damaged. */
const brokenData =
  /checkpoint record|could not find the database system|control file|pg_control|pg_filenode|PG_VERSION|write-ahead log|valid data directory|invalid (page|magic|record)|could not (open|read|access) (file|directory)/i;

/** The error for an engine that ended during its start. */
export function engineFailed(engine: string, reason: ReturnType<typeof reasonIn>, log: string): EngineError {
  if (reason.kind === 'store')
    return new BrokenStoreError(
      `${engine} can't open its store (${reason.text}): restore a backup, or run \`kith rebuild\`, which first says what it will do; ` +
        `the details are in ${log}.`,
    );
  if (engine === 'Postgres' && brokenData.test(reason.text) && !notOfTheData.test(reason.text))
    return new BrokenStoreError(
      `Postgres can't open its data (${reason.text}): restore a backup, or call \`kith reset --yes\`, which moves it aside and begins anew; ` +
        `the details are in ${log}.`,
    );
  const isFull = reason.kind === 'full';
  const todo = isFull ? 'free some space and run `kith up` again' : 'its log has the details';
  return new (isFull ? DiskFullError : EngineError)(
    `${engine} ended while it was starting (${reason.text}): ${todo} (${log}).`,
  );
}
