import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { BadInputError, EngineError } from '../errors.ts';
import { diskFull } from '../storage/disk-full.ts';
import { replaceFile } from '../storage/private-file.ts';
import { homeError, isDiskFull, tailOf } from './failure.ts';
import { type EngineHome, prepareHome } from './home.ts';
import { acceptImport, canImport, finishImport, importFolder, isImportReady, settleImport } from './import-folder.ts';
import { importFailed, progressIn } from './import-log.ts';
import { findJava, spawnJava } from './java.ts';
import { type HeldLock, withLock } from './lock.ts';
import { findNeo4j, stopNeo4j } from './neo4j.ts';
import { memorySizes } from './neo4j-conf.ts';
import { lendToNeo4j, neo4jLogs, prepareNeo4jFolders, showToNeo4j } from './neo4j-folders.ts';
import { engineOsUser, refuseClosedFolder } from './os-user.ts';
import { endProcesses, findEngine } from './processes.ts';
import { throwIfAborted } from './waiting.ts';

/** CSV files (plain or gzip) for the importer; the first of each list holds only the header. */
export interface ImportFiles {
  /** Nodes with the label `User`; their `:ID` is their number in the store, from 0 without gaps. */
  nodes: string[];
  /** Of the relationships of each type; a type without any has no files. */
  relationships: Record<string, string[]>;
}

export interface ImportOptions {
  signal?: AbortSignal;
  /** How many the files hold, for estimating the time left. */
  relationships?: number;
  onProgress?: (text: string) => void;
}

/**
 * Builds a complete new graph next to the live one with Neo4j's bulk importer, which takes ten million relationships in
 * about a minute. The live graph stays as it is, running or not, until `moveImportIntoPlace`. Constraints and indexes
 * are not created.
 *
 * @param options.onProgress called with the importer's step, its percentage and an estimate of the seconds left
 * @throws EngineError when the importer fails, with its first reason and the report's path
 * @throws InterruptedError once the signal aborts; the importer is killed and its folder discarded
 * @throws BusyError when the import's lock was lost; the importer is killed
 */
export async function importBeside(settings: Settings, files: ImportFiles, options: ImportOptions = {}): Promise<void> {
  throwIfAborted(options.signal);
  if (settings.neo4j)
    throw new BadInputError(
      'A bulk import needs the embedded Neo4j, but KITH_NEO4J_URI names a server: set KITH_LOADER=merge.',
    );
  const home = prepareHome(settings);
  if (!canImport(home))
    throw new BadInputError(
      `A bulk import is made beside ${join(home.neo4j, 'data')}, which is a disk of its own: set KITH_LOADER=merge, ` +
        'or link it to a folder on that disk.',
    );
  const work = (lock: HeldLock) => runImport(home, settings, files, options, lock);
  await withLock(home, 'bulk-import', work, options).catch((error) => {
    throw homeError(home, error);
  });
}

/**
 * Replaces the live graph with the import made next to it: stops the server, if it is running, and leaves it stopped.
 * If this is killed half way, the next `up` completes it.
 *
 * @throws EngineError when there is no complete import
 */
export async function moveImportIntoPlace(settings: Settings, options: { signal?: AbortSignal } = {}): Promise<void> {
  const home = prepareHome(settings);
  await withLock(
    home,
    'engines',
    async (lock) => {
      if (!isImportReady(home))
        throw new EngineError(`There is no complete import in ${importFolder(home)} to move into place: import again.`);
      acceptImport(home, lock);
      await stopNeo4j(home, lock);
      settleImport(home, lock);
    },
    options,
  ).catch((error) => {
    throw homeError(home, error);
  });
}

/** Removes what is left of an import that was interrupted before it was moved into place, complete or not. */
export async function discardImport(settings: Settings, options: { signal?: AbortSignal } = {}): Promise<void> {
  if (settings.neo4j) return;
  const home = prepareHome(settings);
  await withLock(
    home,
    'engines',
    async (lock) => {
      lock.check();
      // Unless the server is running, the next start takes an accepted import over: it is the graph then.
      if (!findNeo4j(home)) settleImport(home, lock);
      else rmSync(importFolder(home), { recursive: true, force: true });
    },
    options,
  );
}

async function runImport(
  home: EngineHome,
  settings: Settings,
  files: ImportFiles,
  options: ImportOptions,
  lock: HeldLock,
): Promise<void> {
  const user = engineOsUser('Neo4j', settings.embedded.neo4jOsUser);
  refuseClosedFolder('Neo4j', dirname(home.neo4j), user);
  prepareNeo4jFolders(home.neo4j, user);
  const java = findJava(home, user);
  const folder = importFolder(home);
  const importers = () => findEngine('kith.Neo4jImport', folder);
  await endProcesses(importers, [['SIGKILL', 10]], lock.check);
  lock.check();
  rmSync(folder, { recursive: true, force: true });
  prepareNeo4jFolders(folder, user);
  const conf = join(folder, 'conf', 'neo4j.conf');
  replaceFile(conf, 'server.directories.logs=logs/neo4j\ndb.tx_log.preallocate=false\n');
  showToNeo4j(conf, user);
  const input = join(folder, 'input');
  const listOf = (list: string[]) => commaSeparated(lendToNeo4j(list, input, user));
  const report = join(neo4jLogs(home), 'bulk-import-report.log');
  const log = join(home.neo4j, 'logs', 'bulk-import.log');
  const args = [
    folder,
    // Otherwise failures would have no reason.
    '--verbose',
    `--report-file=${report}`,
    '--overwrite-destination',
    '--max-off-heap-memory=50%',
    // Users come with their numbers in the store, so the ends of ten million relationships need no lookup.
    '--id-type=actual',
    `--nodes=User=${listOf(files.nodes)}`,
    ...Object.entries(files.relationships).map(([type, list]) => `--relationships=${type}=${listOf(list)}`),
  ];
  const output = openSync(log, 'w', 0o600);
  try {
    const { heap } = memorySizes(settings.embedded);
    const child = spawnJava(java, 'Neo4jImport', args, {
      heap,
      cwd: folder,
      detached: false,
      stdio: ['pipe', output, output],
    });
    const code = await watch(child, home, log, { ...options, signal: lock.signal });
    throwIfAborted(lock.signal);
    lock.check();
    if (code === 0) {
      rmSync(input, { recursive: true, force: true });
      finishImport(home);
      return;
    }
    throw importFailed(tailOf(log, 100_000), folder, log, report);
  } catch (error) {
    // Without the lock it may be another's by now.
    if (lock.isHeld()) rmSync(folder, { recursive: true, force: true });
    throw error;
  } finally {
    closeSync(output);
  }
}

/** Waits for the importer to end and shows its progress; the signal kills it. Resolves with its exit code. */
async function watch(
  child: ChildProcess,
  home: EngineHome,
  log: string,
  { signal, relationships = 0, onProgress }: ImportOptions,
): Promise<number | null> {
  const kill = () => child.kill('SIGKILL');
  signal?.addEventListener('abort', kill, { once: true });
  // It may have aborted while the importer before this one was ended.
  if (signal?.aborted) kill();
  const started = performance.now();
  let shown = '';
  let full = false;
  const timer = setInterval(() => {
    // On a full disk the importer may wait for space forever.
    if (isDiskFull(importFolder(home))) {
      full = true;
      kill();
    }
    const text = progressIn(tailOf(log), relationships, (performance.now() - started) / 1000);
    if (text && text !== shown) onProgress?.(text);
    shown = text ?? shown;
  }, 500);
  try {
    const code = await new Promise<number | null>((done, fail) => {
      child.once('error', fail);
      child.once('close', done);
    });
    if (full) throw diskFull(importFolder(home));
    return code;
  } finally {
    clearInterval(timer);
    signal?.removeEventListener('abort', kill);
  }
}

/** Absolute paths separated by commas, so a path can't contain one. */
function commaSeparated(files: string[]): string {
  const paths = files.map((file) => resolve(file));
  const wrong = paths.find((path) => path.includes(','));
  if (wrong)
    throw new BadInputError(
      `Neo4j's importer can't read a path with a comma, such as ${wrong}: set KITH_HOME to a folder without one.`,
    );
  return paths.join(',');
}
