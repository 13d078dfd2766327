import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { DiskFullError, KithError } from '../errors.ts';
import { diskFull, freeBytes, refusedBySystem } from '../storage/disk-full.ts';
import { homeOf } from './home.ts';

const MiB = 1024 ** 2;

/** With less than this an engine's failure is put down to its disk: what was rolled back has freed a little. */
const asGoodAsFull = 16 * MiB;

/** How many bytes a step may write, by where they go. */
export interface SpaceNeeded {
  /** Files under `$KITH_HOME`. */
  home: number;
  neo4j: number;
  postgres: number;
}

/** The folders that Kith and the embedded engines write to; links to other disks are followed. */
function foldersOf(settings: Settings): { of: keyof SpaceNeeded; folder: string }[] {
  const { root, neo4j, postgres } = homeOf(settings);
  return [
    { of: 'home' as const, folder: root },
    ...(settings.neo4j ? [] : [{ of: 'neo4j' as const, folder: join(neo4j, 'data') }]),
    ...(settings.postgresUrl ? [] : [{ of: 'postgres' as const, folder: join(postgres, 'data') }]),
  ].map(({ of, folder }) => ({ of, folder: existing(folder) }));
}

/**
 * Refuses work for which a disk has too little space, before any of it is done. Each disk has to keep the setting's
 * minimum, too; with a minimum of 0 nothing is refused.
 *
 * @param what is to be done, such as `ingest`
 * @throws DiskFullError with the bytes needed and free, and the folder
 */
export function refuseLackOfSpace(settings: Settings, what: string, needed: SpaceNeeded): void {
  const least = settings.minFreeBytes;
  if (least === 0) return;
  const disks = new Map<number, { folder: string; bytes: number }>();
  for (const { of, folder } of foldersOf(settings)) {
    const { dev } = statSync(folder);
    const disk = disks.get(dev) ?? { folder, bytes: least };
    disks.set(dev, { ...disk, bytes: disk.bytes + needed[of] });
  }
  for (const { folder, bytes } of disks.values()) {
    const free = freeBytes(folder);
    if (free >= bytes) continue;
    throw new DiskFullError(
      `The disk that holds ${folder} is ${free < asGoodAsFull ? 'full' : 'too full'}: ${what} needs about ${mebibytes(bytes)} there ` +
        `(of which KITH_MIN_FREE_SPACE keeps ${mebibytes(least)} free), and ${mebibytes(free)} are left; free some space, then run again.`,
    );
  }
}

/** Says that a disk is full, or what else the system refused, if that is why the work failed; else the error itself. */
export function explainFullDisk(settings: Settings, error: unknown): unknown {
  if (!(error instanceof KithError)) return refusedBySystem(settings.home, error) ?? error;
  // What Kith refuses for another reason, and what is told already.
  if (![1, 4].includes(error.exitCode) || error instanceof DiskFullError) return error;
  const full = foldersOf(settings).find(({ folder }) => freeBytes(folder) < asGoodAsFull);
  if (!full) return error;
  return Object.assign(diskFull(full.folder), { cause: error });
}

function existing(path: string): string {
  let there = path;
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  return realpathSync(there);
}

function mebibytes(bytes: number): string {
  return bytes >= 10 * 1024 * MiB ? `${(bytes / 1024 / MiB).toFixed(0)} GiB` : `${Math.ceil(bytes / MiB)} MiB`;
}
