import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type DuckDBValue, listValue } from '@duckdb/node-api';
import { z } from 'zod';
import { statement } from '../config/project.ts';
import type { Settings } from '../config/settings.ts';
import { EngineError, messageOf } from '../errors.ts';
import { duckDbPath } from '../storage/duckdb-path.ts';
import { makeFolders } from '../storage/make-folders.ts';
import { replaceFile } from '../storage/private-file.ts';
import { type UserId, type UserIdKind, userIdOf } from '../user-id.ts';
import { type StagedFolder, stagedFolder } from './read-folder.ts';
import { type StagedCounts, Staging } from './staging.ts';

/** What is known about the kept rows, in `known.json` beside them. */
const knownShape = z.object({
  /** Whether they are all that the graph was ever made of: false if it held something before any were kept. */
  isComplete: z.boolean(),
  /** Epoch seconds, as the graph's: at or before it activities other than follows may be missing. */
  horizon: z.number().nullable(),
  /** Whether the graph is just being made from them, or that was interrupted. */
  isRebuilding: z.boolean(),
  /** How many rows there were of the first folder, or when they were last written anew, without repeats. */
  rows: z.number().optional(),
  /** Whether each folder's users are all whom its rows name; earlier versions left out whom activities name. */
  namesEveryone: z.boolean().optional(),
  /** Whether they hold what the graph lacks, since it was accepted for another engine. */
  isAhead: z.boolean().optional(),
});
export type Known = z.infer<typeof knownShape>;

export interface AcceptedFiles {
  activities: string;
  users: string;
}

/** Flags as the graph has them; `at` in epoch seconds. */
export interface Flag {
  userId: UserId;
  suspended: boolean;
  at: number;
}

/** Everything ever accepted, as if it were one folder. */
export interface StagedAccepted {
  folder: StagedFolder;
  flags: Flag[];
}

const suffixes = { activities: '.activities.parquet', users: '.users.parquet' } as const;
const draft = '.part';

/** How many rows may be kept for each one that is needed before they are written anew, and from how many on. */
const mostPerRow = 2;
const fewRows = 100_000;

/**
 * The accepted rows of every folder, as Parquet, in `accepted` under KITH_LAKE if that is a folder, else under
 * `$KITH_HOME`. The graph can be made again from them: each folder's are written before the first of them reaches it.
 */
export class Accepted {
  readonly folder: string;

  readonly #userIds: UserIdKind | undefined;

  constructor(settings: Pick<Settings, 'lake' | 'userIds'>) {
    this.folder = join(settings.lake, 'accepted');
    this.#userIds = settings.userIds;
  }

  /**
   * Undefined if nothing was ever kept.
   *
   * @throws EngineError if the file is damaged
   */
  known(): Known | undefined {
    const file = join(this.folder, 'known.json');
    if (!existsSync(file)) return undefined;
    try {
      return knownShape.parse(JSON.parse(readFileSync(file, 'utf8')));
    } catch (error) {
      throw new EngineError(
        `${file} can't be read (${error instanceof z.ZodError ? 'parts of it are missing' : messageOf(error)}): restore it from a ` +
          'backup, or remove it; without it the kept rows no longer count as all that the graph was made of.',
      );
    }
  }

  remember(known: Partial<Known>): void {
    makeFolders(this.folder, 0o700);
    const before = this.known() ?? { isComplete: false, horizon: null, isRebuilding: false };
    replaceFile(join(this.folder, 'known.json'), `${JSON.stringify({ ...before, ...known })}\n`);
  }

  /** Bytes on disk. */
  size(): number {
    return this.#names().reduce((sum, name) => sum + statSync(join(this.folder, name)).size, 0);
  }

  /** How many folders, or several together, it consists of. */
  count(): number {
    return this.#of('users').length;
  }

  /** All files by name, with their sizes in bytes. */
  files(): Map<string, number> {
    return new Map(this.#names().map((name) => [name, statSync(join(this.folder, name)).size]));
  }

  /** All files of activities, as DuckDB takes them. */
  activityFiles(): DuckDBValue {
    return this.#paths(this.#of('activities'));
  }

  /** How many rows there are, of activities that may repeat, and of users. */
  async countRows(workDir: string, signal?: AbortSignal): Promise<number> {
    const names = this.#names();
    if (names.length === 0) return 0;
    await using staging = await Staging.open(workDir, signal, this.#userIds);
    const [[rows] = []] = await staging.run(statement('sql/accepted/count.sql'), { paths: this.#paths(names) });
    return Number(rows);
  }

  /** How many activities there are; what several folders repeat counts as often. */
  async countActivities(workDir: string, signal?: AbortSignal): Promise<number> {
    if (this.#of('activities').length === 0) return 0;
    await using staging = await Staging.open(workDir, signal, this.#userIds);
    const paths = this.activityFiles();
    const [[activities] = []] = await staging.run(statement('sql/accepted/count-activities.sql'), { paths });
    return Number(activities);
  }

  /**
   * How many activities would be let go by a horizon (epoch seconds), and how many there are, without those that are
   * gone already. What several folders repeat counts as often.
   */
  async countExpired(
    horizon: number,
    workDir: string,
    signal?: AbortSignal,
  ): Promise<{ expired: number; activities: number }> {
    if (this.#of('activities').length === 0) return { expired: 0, activities: 0 };
    await using staging = await Staging.open(workDir, signal, this.#userIds);
    const [[expired, activities] = []] = await staging.run(statement('sql/accepted/count-expired.sql'), {
      paths: this.activityFiles(),
      horizon: BigInt(horizon),
      before: this.known()?.horizon ?? null,
    });
    return { expired: Number(expired), activities: Number(activities) };
  }

  /** How many rows name a user. */
  async countOf(userId: UserId, workDir: string, signal?: AbortSignal): Promise<number> {
    return this.#eachOf(userId, workDir, signal, async () => undefined);
  }

  /**
   * Writes the files that name a user anew, without that user; whom else the removed rows name stays known. Interrupted
   * anywhere, it can be repeated.
   *
   * @returns how many rows were removed
   */
  async erase(userId: UserId, workDir: string, signal?: AbortSignal): Promise<number> {
    // An attempt that was killed while its files were taken over left one alone; its rows never reached the graph.
    const whole = this.#of('users').map((name) => name.slice(0, -suffixes.users.length));
    this.#remove(this.#of('activities').filter((name) => !whole.includes(name.slice(0, -suffixes.activities.length))));
    return this.#eachOf(userId, workDir, signal, async (staging, names, { users, activities, id }) => {
      const replace = async (name: string, file: `sql/accepted/${string}.sql`, values: Record<string, DuckDBValue>) => {
        const path = join(this.folder, name);
        await staging.run(statement(file), { ...values, path: `${path}${draft}` });
        chmodSync(`${path}${draft}`, 0o600);
        renameSync(`${path}${draft}`, path);
      };
      // Users first: until the activities are written anew, these still name the others.
      await replace(names.users, 'sql/accepted/write-users-without.sql', { users, activities, id });
      await replace(names.activities, 'sql/accepted/write-activities-without.sql', { activities, id });
    });
  }

  /** Calls `work` for each folder's files that name a user. @returns how many rows do */
  async #eachOf(
    userId: UserId,
    workDir: string,
    signal: AbortSignal | undefined,
    work: (
      staging: Staging,
      names: AcceptedFiles,
      values: Record<'users' | 'activities' | 'id', DuckDBValue>,
    ) => Promise<void>,
  ): Promise<number> {
    if (this.count() === 0) return 0;
    await using staging = await Staging.open(workDir, signal);
    await staging.close();
    let all = 0;
    for (const users of this.#of('users')) {
      const activities = `${users.slice(0, -suffixes.users.length)}${suffixes.activities}`;
      const values = { users: this.#paths([users]), activities: this.#paths([activities]), id: String(userId) };
      const [[rows] = []] = await staging.run(statement('sql/accepted/count-of-user.sql'), values);
      if (Number(rows) > 0) await work(staging, { users, activities }, values);
      all += Number(rows);
    }
    return all;
  }

  /** Where an attempt at ingest writes, before {@link take}. */
  draftOf(token: bigint, runId: string): AcceptedFiles {
    makeFolders(this.folder, 0o700);
    const path = join(this.folder, nameOf(token, runId));
    return { activities: `${path}${suffixes.activities}${draft}`, users: `${path}${suffixes.users}${draft}` };
  }

  /** Takes an attempt's rows over, in the place of earlier attempts' at the same run. */
  take(files: AcceptedFiles, runId: string): void {
    const earlier = this.#names().filter((name) => name.includes(`-${runId}.`));
    for (const path of [files.activities, files.users]) {
      chmodSync(path, 0o600);
      renameSync(path, path.slice(0, -draft.length));
    }
    const taken = Object.values(files).map((path) => path.slice(0, -draft.length));
    for (const name of earlier) if (!taken.includes(join(this.folder, name))) this.#remove([name]);
  }

  /** Removes what killed attempts have left half written that came before the one with this token. */
  removeDrafts(token: bigint): void {
    if (!existsSync(this.folder)) return;
    const drafts = readdirSync(this.folder).filter((name) => name.endsWith(draft));
    this.#remove(drafts.filter((name) => name < nameOf(token, '')));
  }

  /**
   * Stages all rows, without what the horizon has passed; `workDir` holds them until the folder is disposed of.
   *
   * @throws EngineError if they can't be read or staged
   */
  async open(workDir: string, signal?: AbortSignal): Promise<StagedAccepted> {
    const staging = await Staging.open(workDir, signal, this.#userIds);
    try {
      const totals = await this.#stage(staging, this.#names());
      const rows = await staging.run('SELECT user_id, suspended, flagged_at FROM flag');
      return {
        folder: stagedFolder(staging, { files: [], unread: undefined, asOf: undefined }, totals),
        flags: rows.map(([userId, suspended, at]) => ({
          userId: userIdOf(userId as bigint | number),
          suspended: suspended === 1,
          at: Number(at),
        })),
      };
    } catch (error) {
      await staging[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Whether there are so many more rows than are needed for users and activities that {@link shrink} is worth it. */
  async isLong(needed: number, workDir: string, signal?: AbortSignal): Promise<boolean> {
    return (await this.countRows(workDir, signal)) > mostPerRow * needed + fewRows;
  }

  /**
   * Writes all rows anew, without repeats and what the horizon has passed. Interrupted anywhere, it leaves rows twice at
   * most, which is harmless.
   */
  async shrink(token: bigint, runId: string, workDir: string, signal?: AbortSignal): Promise<void> {
    const names = this.#names();
    await using staging = await Staging.open(workDir, signal, this.#userIds);
    const { users, activities, words } = await this.#stage(staging, names);
    const files = this.draftOf(token, `${runId}-all`);
    await staging.run(statement('sql/accepted/write-activities.sql'), { path: files.activities });
    await staging.run(statement('sql/accepted/write-all-users.sql'), { path: files.users });
    this.take(files, `${runId}-all`);
    this.#remove(names);
    this.remember({ namesEveryone: true, rows: rowsOf({ users, activities, words }) });
  }

  async #stage(staging: Staging, names: readonly string[]): Promise<Awaited<ReturnType<Staging['finish']>>> {
    const of = (kind: keyof AcceptedFiles) => ({ paths: this.#paths(names.filter((n) => n.endsWith(suffixes[kind]))) });
    await staging.close();
    await staging.run(statement('sql/accepted/stage-activities.sql'), of('activities'));
    await staging.run(statement('sql/accepted/stage-users.sql'), of('users'));
    await staging.run(statement('sql/accepted/flags.sql'), of('users'));
    return staging.finish(this.known()?.horizon ?? undefined);
  }

  #names(): string[] {
    if (!existsSync(this.folder)) return [];
    return readdirSync(this.folder)
      .filter((name) => name.endsWith('.parquet'))
      .sort();
  }

  #of(kind: keyof AcceptedFiles): string[] {
    return this.#names().filter((name) => name.endsWith(suffixes[kind]));
  }

  #paths(names: readonly string[]): DuckDBValue {
    return listValue(names.map((name) => duckDbPath(join(this.folder, name))));
  }

  #remove(names: readonly string[]): void {
    for (const name of names) rmSync(join(this.folder, name), { force: true });
  }
}

/** How many rows are kept of a folder. */
export function rowsOf({ users, activities, words }: Pick<StagedCounts, 'users' | 'activities' | 'words'>): number {
  return Object.values(activities).reduce((sum, count) => sum + count, users + words);
}

/** Sorted by name, parts are in the order of their arrival. */
function nameOf(token: bigint, runId: string): string {
  return `${String(token).padStart(20, '0')}-${runId}`;
}
