import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { EngineError, messageOf } from '../errors.ts';
import { linkedFolder } from '../storage/linked-folder.ts';
import { syncFolder } from '../storage/sync-folder.ts';
import { codeOf } from './failure.ts';
import { type EngineHome, homeOf, prepareHome } from './home.ts';
import { importFolder } from './import-folder.ts';
import { withLock } from './lock.ts';
import { stopNeo4j } from './neo4j.ts';
import { stopPostgres } from './postgres.ts';
import type { EngineName } from './stack.ts';

/** Between the name of a store and when it was moved aside. */
const mark = '.broken-';

/** The folder of the embedded Neo4j's databases; undefined if there is none. */
export function neo4jStore(settings: Settings): string | undefined {
  const folder = join(homeOf(settings).neo4j, 'data');
  return existsSync(folder) ? folder : undefined;
}

/**
 * Stops the embedded Neo4j and moves its databases aside; the next start makes empty ones.
 *
 * @returns where they are now; undefined if there were none
 */
export async function moveNeo4jAside(settings: Settings, signal?: AbortSignal): Promise<string | undefined> {
  return stopped(settings, signal, 'neo4j', (home) => {
    const aside = moveAside(home.neo4j);
    const data = dataIn(home.neo4j);
    // Behind a link the next start would make no folder.
    if (aside !== undefined && !existsSync(data)) mkdirSync(data, { mode: 0o700 });
    return aside;
  });
}

/** Stops the embedded Neo4j and removes its databases; the next start makes empty ones. */
export async function dropNeo4jStore(settings: Settings, signal?: AbortSignal): Promise<void> {
  await stopped(settings, signal, 'neo4j', (home) => {
    rmSync(importFolder(home), { recursive: true, force: true });
    const data = dataIn(home.neo4j);
    // Only what is in the folder, which may be another disk; that has its own folder for what it found again.
    const names = existsSync(data) ? readdirSync(data) : [];
    for (const name of names) if (name !== 'lost+found') rmSync(join(data, name), { recursive: true, force: true });
  });
}

/** Like {@link moveNeo4jAside}, for the embedded Postgres. */
export async function movePostgresAside(settings: Settings, signal?: AbortSignal): Promise<string | undefined> {
  return stopped(settings, signal, 'postgres', (home) => moveAside(home.postgres));
}

async function stopped<T>(
  settings: Settings,
  signal: AbortSignal | undefined,
  engine: EngineName,
  work: (home: EngineHome) => T,
): Promise<T> {
  const home = prepareHome(settings);
  const stop = engine === 'neo4j' ? stopNeo4j : stopPostgres;
  return withLock(
    home,
    'engines',
    async (lock) => {
      await stop(home, lock);
      lock.check();
      const result = work(home);
      syncFolder(home[engine]);
      return result;
    },
    { signal },
  );
}

/**
 * Renames an engine's `data`, on its own disk; a link to it stays.
 *
 * @throws EngineError if it can't be renamed, as where a disk is mounted
 */
function moveAside(folder: string): string | undefined {
  const data = dataIn(folder);
  if (!existsSync(data)) return undefined;
  const aside = `${data}${mark}${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
  try {
    renameSync(data, aside);
  } catch (error) {
    const why = codeOf(error) === 'EBUSY' ? 'a disk is mounted there' : messageOf(error);
    throw new EngineError(`${data} can't be moved aside (${why}): move what is in it elsewhere, then try again.`);
  }
  syncFolder(dirname(data));
  return aside;
}

/** What was moved aside of an engine's `data` and is still there, also from before or since it was a link. */
export function storesAside(folder: string): string[] {
  return [...new Set([join(folder, 'data'), dataIn(folder)])].flatMap((data) => {
    const beside = existsSync(dirname(data)) ? readdirSync(dirname(data)) : [];
    return beside
      .filter((name) => name.startsWith(`${basename(data)}${mark}`))
      .map((name) => join(dirname(data), name));
  });
}

/** An engine's `data`, which may be a link to a folder of another disk. */
function dataIn(folder: string): string {
  return linkedFolder(join(folder, 'data'));
}
