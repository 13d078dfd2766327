import { createReadStream, existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { networkOf } from '../engines/network-id.ts';
import type { Accepted } from '../ingest/accepted.ts';
import { makeFolders } from '../storage/make-folders.ts';
import { writeS3File } from '../storage/s3-file.ts';
import { listObjects, removeObject, removeObjects } from '../storage/s3-objects.ts';

/** Where Spark finds what Kith gives it, and leaves what it computes: a folder, or a prefix on S3. */
type LakeSettings = Pick<Settings, 'home' | 'lake' | 'lakeUrl' | 's3'>;

/** On S3 each network has a folder of its own, since what is another's there is removed. */
function lakeOf(settings: LakeSettings): string {
  const { lake, lakeUrl } = settings;
  return lakeUrl === undefined ? lake : `${lakeUrl}/${networkOf(settings)}`;
}

/** What Spark computes, a folder for each attempt at a step. */
export function sparkFolder(settings: LakeSettings): string {
  return `${lakeOf(settings)}/spark`;
}

/** Where an attempt at a step has its tables. */
export function tablesOf(settings: LakeSettings, attempt: { runId: string; token: bigint }): string {
  return `${sparkFolder(settings)}/${attempt.runId}-${attempt.token}`;
}

/** Where Spark reads the accepted rows. */
export function acceptedPlace(settings: LakeSettings): string {
  return `${lakeOf(settings)}/accepted`;
}

/**
 * Brings the accepted rows to where Spark reads them: on S3 there are copies, of which each appears whole or not at
 * all.
 */
export async function bringAccepted(settings: LakeSettings, accepted: Accepted, signal: AbortSignal): Promise<void> {
  const { lakeUrl, s3 } = settings;
  if (lakeUrl === undefined) return;
  const place = acceptedPlace(settings);
  const files = accepted.files();
  const there = await listObjects(place, s3);
  for (const [name, size] of files)
    if (there.get(name) !== size) await put(join(accepted.folder, name), `${place}/${name}`, { s3 }, signal);
  for (const name of there.keys()) if (!files.has(name)) await removeObject(`${place}/${name}`, s3);
}

/** Brings a file of Kith's to an attempt's tables. */
export async function bringFile(
  settings: LakeSettings,
  path: string,
  place: string,
  signal: AbortSignal,
): Promise<void> {
  if (path !== place) await put(path, place, settings, signal);
}

async function put(path: string, place: string, { s3 }: Pick<LakeSettings, 's3'>, signal: AbortSignal): Promise<void> {
  await writeS3File(place, createReadStream(path), s3, signal);
}

export async function isThere(place: string, { s3 }: LakeSettings): Promise<boolean> {
  return isOnS3(place) ? (await listObjects(place, s3)).size > 0 : existsSync(place);
}

/** Makes the folder of an attempt's tables; on S3 there are none. */
export function makeTables(tables: string): void {
  if (!isOnS3(tables)) makeFolders(tables, 0o700);
}

/** Removes the tables of all other runs: nobody asks for them once a run computes. */
export async function removeOthers(settings: LakeSettings, runId: string): Promise<void> {
  const folder = sparkFolder(settings);
  for (const name of await attemptsIn(settings))
    if (!name.startsWith(`${runId}-`)) await remove(`${folder}/${name}`, settings);
}

/** Removes tables that no later step asks for. */
export async function removeTables(tables: string, names: readonly string[], settings: LakeSettings): Promise<void> {
  for (const name of names) await remove(`${tables}/${name}`, settings);
}

/** Removes all that Spark has left, and the copies of accepted rows; the next run brings them again. */
export async function emptyLake(settings: LakeSettings): Promise<void> {
  await remove(sparkFolder(settings), settings);
  if (settings.lakeUrl !== undefined) await remove(acceptedPlace(settings), settings);
}

/** The attempts that have left tables. */
export async function attemptsIn(settings: LakeSettings): Promise<string[]> {
  const folder = sparkFolder(settings);
  if (!isOnS3(folder)) return readdir(folder).catch(() => []);
  const names = [...(await listObjects(folder, settings.s3)).keys()].map((name) => name.split('/')[0] ?? '');
  return [...new Set(names)];
}

async function remove(place: string, { s3 }: LakeSettings): Promise<void> {
  if (isOnS3(place)) await removeObjects(place, s3);
  else await rm(place, { recursive: true, force: true });
}

export function isOnS3(place: string): boolean {
  return place.startsWith('s3://');
}
