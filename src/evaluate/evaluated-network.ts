import { join } from 'node:path';
import { type DuckDBValue, listValue } from '@duckdb/node-api';
import { statement } from '../config/project.ts';
import type { InputLimits } from '../config/settings.ts';
import { BadInputError } from '../errors.ts';
import { type ActivityType, activityTypes } from '../ingest/activity-type.ts';
import type { FileCount } from '../ingest/judge-file.ts';
import { readFolder, reading } from '../ingest/read-folder.ts';
import type { Report } from '../progress.ts';
import type { ReputationList } from '../scoring/reputation/reputation-list.ts';
import { DuckDbFile } from '../storage/duckdb-file.ts';
import { duckDbPath } from '../storage/duckdb-path.ts';
import type { Folder } from '../storage/folder.ts';
import { type UserId, userIdOf } from '../user-id.ts';
import { placeOfQuantile, type Share } from './cut.ts';
import { keepScores } from './keep-scores.ts';
import { type EvaluatedSettings, makeLists } from './make-lists.ts';
import type { RankingName } from './rankings.ts';

/** A user who was drawn. */
export interface Person {
  user: UserId;
  /** Up to the cut. */
  activities: number;
  /** New ones after the cut. */
  partners: number;
}

/** One recommendation, and what there is to know of it. */
export interface Recommendation {
  user: UserId;
  rec: UserId;
  /** From 1. */
  place: number;
  /** Whether the user engaged with them after the cut, for the first time. */
  isHit: boolean;
  /** How many users had engaged with them by the cut. */
  degree: number;
  /** Their place by that among all who may be recommended, from 1. */
  popularPlace: number;
  /** Whether they had engaged with the user by the cut. */
  isMutual: boolean;
}

export interface ReadNetwork {
  /** Where files are made; the caller removes it, also after an error. */
  scratch: string;
  rejectsPath: string;
  limits: InputLimits;
  /** The types of activities that count; at least one. */
  types: readonly ActivityType[];
  /** With it, only good users are recommended. */
  scores?: ReputationList;
  signal?: AbortSignal;
  report?: Report;
}

/**
 * The activities of a folder in DuckDB, from which lists as of any cut are made: exactly those of a run as of then,
 * by statements of its own.
 */
export class EvaluatedNetwork implements AsyncDisposable {
  readonly files: readonly FileCount[];
  readonly #file: DuckDbFile;
  readonly #hasScores: boolean;
  #asOf = 0;
  #persons = 0;

  private constructor(file: DuckDbFile, files: readonly FileCount[], hasScores: boolean) {
    this.#file = file;
    this.files = files;
    this.#hasScores = hasScores;
  }

  /**
   * Reads a day's folder as a run does.
   *
   * @throws as `readFolder`
   */
  static async read(folder: Folder, options: ReadNetwork): Promise<EvaluatedNetwork> {
    const { scratch, signal, report, scores } = options;
    const paths = { activities: join(scratch, 'activities.parquet'), users: join(scratch, 'users.parquet') };
    const files = await readRows(folder, paths, options);
    const file = await DuckDbFile.open(join(scratch, 'evaluated.duckdb'), signal);
    try {
      report?.({ doing: 'leaving out suspended users' });
      const types = listValue(options.types.map((type) => activityTypes.indexOf(type)));
      const [activities, users] = [duckDbPath(paths.activities), duckDbPath(paths.users)];
      await file.run(statement('sql/evaluate/moment.sql'), { path: activities, types });
      await file.run(statement('sql/evaluate/suspended.sql'), { path: users });
      await file.run(statement('sql/evaluate/activity.sql'), { path: activities, types });
      await keepScores(file, scores);
      return new EvaluatedNetwork(file, files, scores !== undefined);
    } catch (error) {
      await file[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** How many activities there are up to `until` (epoch seconds), inclusive. */
  async activities(until: number): Promise<number> {
    return Number(await this.#value('sql/evaluate/count-moments.sql', { until: BigInt(until) }));
  }

  /**
   * The instant of activity number ceil(share · n) of the n activities up to `until`, in epoch seconds.
   *
   * @throws BadInputError if there is no activity
   */
  async instantAt(share: Share, until: number): Promise<number> {
    const count = await this.activities(until);
    if (count === 0) throw new BadInputError('There is no activity to evaluate anything by.');
    const before = BigInt(placeOfQuantile(share, count) - 1);
    return Number(await this.#value('sql/evaluate/nth-moment.sql', { before }));
  }

  /**
   * Divides the activities: up to `cut` is what is known, from there up to `end` is what came of it (epoch seconds,
   * both inclusive).
   *
   * @returns who has new partners: those who had done something by the cut, and those who had not
   */
  async split(cut: number, end: number): Promise<{ warm: UserId[]; cold: UserId[] }> {
    this.#asOf = cut;
    await this.#run('sql/evaluate/pair.sql', { cut: BigInt(cut) });
    await this.#run('sql/evaluate/new-partner.sql', { cut: BigInt(cut), end: BigInt(end) });
    const found: { warm: UserId[]; cold: UserId[] } = { warm: [], cold: [] };
    for (const [user, isCold] of await this.#run('sql/evaluate/eligible.sql'))
      found[isCold ? 'cold' : 'warm'].push(idOf(user));
    return found;
  }

  /** Whom lists are made for, and whether only those followed are left out of them, or all who were engaged with. */
  async draw(users: readonly UserId[], exclude: 'engaged' | 'followed'): Promise<void> {
    this.#persons = users.length;
    await this.#run('sql/evaluate/person.sql', { users: listValue(users.map(BigInt)) });
    await this.#run('sql/evaluate/excluded.sql', { onlyFollowed: exclude === 'followed' });
  }

  /** Makes the lists of the rankings for those drawn; lists that were made before are gone. */
  async rank(names: readonly RankingName[], settings: EvaluatedSettings, report?: Report): Promise<void> {
    await makeLists(this.#file, names, {
      asOf: this.#asOf,
      activities: await this.activities(this.#asOf),
      persons: this.#persons,
      hasScores: this.#hasScores,
      settings,
      report,
    });
  }

  /** Those drawn, by id. */
  async persons(): Promise<Person[]> {
    const rows = await this.#run('sql/evaluate/read-persons.sql');
    return rows.map(([user, activities, partners]) => ({
      user: idOf(user),
      activities: Number(activities),
      partners: Number(partners),
    }));
  }

  /** By user: the places by popularity of new partners, from 1; undefined for who may not be recommended. */
  async *partners(): AsyncGenerator<{ user: UserId; popularPlace: number | undefined }> {
    for await (const chunk of this.#file.stream(statement('sql/evaluate/read-partners.sql'))) {
      const [users, places] = [chunk.getColumnValues(0), chunk.getColumnValues(1)];
      for (const [i, user] of users.entries())
        yield { user: idOf(user), popularPlace: places[i] === null ? undefined : Number(places[i]) };
    }
  }

  /** A ranking's recommendations by user and place. */
  async *recommendations(ranking: RankingName): AsyncGenerator<Recommendation> {
    for await (const chunk of this.#file.stream(statement('sql/evaluate/read-list.sql'), { ranking })) {
      const [users = [], recs = [], places = [], hits = [], degrees = [], popular = [], mutual = []] = Array.from(
        { length: chunk.columnCount },
        (_, column) => chunk.getColumnValues(column),
      );
      for (const [i, user] of users.entries())
        yield {
          user: idOf(user),
          rec: idOf(recs[i]),
          place: Number(places[i]),
          isHit: hits[i] === true,
          degree: Number(degrees[i]),
          popularPlace: Number(popular[i]),
          isMutual: mutual[i] === true,
        };
    }
  }

  /** How many may be recommended, and how many users had done something by the cut. */
  async size(): Promise<{ catalogue: number; users: number }> {
    const [[catalogue, users] = []] = await this.#run('sql/evaluate/count-catalogue.sql');
    return { catalogue: Number(catalogue), users: Number(users) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file[Symbol.asyncDispose]();
  }

  #run(path: `sql/${string}.sql`, values?: Record<string, DuckDBValue>): Promise<DuckDBValue[][]> {
    return this.#file.run(statement(path), values);
  }

  /** The first value of the first row. */
  async #value(path: `sql/${string}.sql`, values?: Record<string, DuckDBValue>): Promise<DuckDBValue> {
    const [[value] = []] = await this.#run(path, values);
    return value ?? null;
  }
}

/** A user id as DuckDB gives it: a number of its columns of 4 bytes, a BigInt of those of 8. */
function idOf(value: DuckDBValue | undefined): UserId {
  return userIdOf(value as number | bigint);
}

/** Reads the folder and writes what was accepted into two files. */
async function readRows(
  folder: Folder,
  paths: { activities: string; users: string },
  { scratch, rejectsPath, limits, signal, report }: ReadNetwork,
): Promise<readonly FileCount[]> {
  await using staged = await readFolder(folder, {
    workDir: scratch,
    rejectsPath,
    limits,
    signal,
    onProgress: (progress) => report?.(reading(progress)),
    onSort: () => report?.({ doing: 'sorting and removing repeats' }),
  });
  await staged.writeAccepted(paths, { at: 0, isUndated: false });
  return staged.files;
}
