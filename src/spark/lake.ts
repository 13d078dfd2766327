import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';

/** The folder in the lake with what Spark computes, a folder for each attempt at a step. */
export function sparkFolder({ lake }: Pick<Settings, 'lake'>): string {
  return join(lake, 'spark');
}

/** Where an attempt at a step has its tables. */
export function tablesOf(settings: Pick<Settings, 'lake'>, attempt: { runId: string; token: bigint }): string {
  return join(sparkFolder(settings), `${attempt.runId}-${attempt.token}`);
}

/** Removes the tables of all attempts but those that are named. */
export async function removeTables(
  settings: Pick<Settings, 'lake'>,
  except: readonly (string | undefined)[],
): Promise<void> {
  const folder = sparkFolder(settings);
  for (const name of await readdir(folder).catch(() => []))
    if (!except.includes(join(folder, name))) await rm(join(folder, name), { recursive: true, force: true });
}
