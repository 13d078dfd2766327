import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { homeOf, prepareHome } from './home.ts';
import { importFolder } from './import-folder.ts';
import { withLock } from './lock.ts';
import { stopNeo4j } from './neo4j.ts';
import { stopPostgres } from './postgres.ts';
import { syncFolder } from './sync-folder.ts';

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
  return stopped(settings, signal, () => moveAside(homeOf(settings).neo4j));
}

/** Stops the embedded Neo4j and removes its databases; the next start makes empty ones. */
export async function dropNeo4jStore(settings: Settings, signal?: AbortSignal): Promise<void> {
  await stopped(settings, signal, (home) => {
    rmSync(importFolder(home), { recursive: true, force: true });
    rmSync(join(home.neo4j, 'data'), { recursive: true, force: true });
  });
}

/** Like {@link moveNeo4jAside}, for the embedded Postgres. */
export async function movePostgresAside(settings: Settings, signal?: AbortSignal): Promise<string | undefined> {
  const home = prepareHome(settings);
  return withLock(
    home,
    'engines',
    async (lock) => {
      await stopPostgres(home, lock);
      lock.check();
      return moveAside(home.postgres);
    },
    { signal },
  );
}

async function stopped<T>(
  settings: Settings,
  signal: AbortSignal | undefined,
  work: (home: ReturnType<typeof homeOf>) => T,
): Promise<T> {
  const home = prepareHome(settings);
  return withLock(
    home,
    'engines',
    async (lock) => {
      await stopNeo4j(home, lock);
      lock.check();
      const result = work(home);
      syncFolder(home.neo4j);
      return result;
    },
    { signal },
  );
}

/** Renames an engine's `data`, on its own disk. */
function moveAside(folder: string): string | undefined {
  const data = join(folder, 'data');
  if (!existsSync(data)) return undefined;
  const aside = `${data}.broken-${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
  renameSync(data, aside);
  return aside;
}
