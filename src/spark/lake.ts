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

/** Removes the tables of all other runs: nobody asks for them once a run computes. */
export async function removeOthers(settings: Pick<Settings, 'lake'>, runId: string): Promise<void> {
  const folder = sparkFolder(settings);
  for (const name of await readdir(folder).catch(() => []))
    if (!name.startsWith(`${runId}-`)) await rm(join(folder, name), { recursive: true, force: true });
}

/** Removes tables that no later step asks for. */
export async function removeTables(tables: string, names: readonly string[]): Promise<void> {
  for (const name of names) await rm(join(tables, name), { recursive: true, force: true });
}
