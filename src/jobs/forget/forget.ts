import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Settings } from '../../config/settings.ts';
import { discardImport } from '../../engines/bulk-import.ts';
import { hasGraph } from '../../engines/graph-store.ts';
import { up } from '../../engines/stack.ts';
import { pause } from '../../engines/waiting.ts';
import { BusyError, InterruptedError, StaleAttemptError } from '../../errors.ts';
import type { CheckOutcome } from '../../export/checks.ts';
import { countShownOf, eraseUser as eraseShown } from '../../export/erase-user.ts';
import { forgetEarlier } from '../../export/leftovers.ts';
import { publishedTables } from '../../export/published-tables.ts';
import { countUser, eraseUser as eraseInGraph } from '../../graph/erase-user.ts';
import { Graph } from '../../graph/graph.ts';
import { Accepted } from '../../ingest/accepted.ts';
import { Forgotten } from '../../ingest/forgotten.ts';
import { MessageStore } from '../../messages/message-store.ts';
import { type Database, type SqlFile, textOf } from '../../postgres/database.ts';
import { attemptsIn, emptyLake, sparkFolder } from '../../spark/lake.ts';
import { makeFolders } from '../../storage/make-folders.ts';
import type { ShownId, UserId } from '../../user-id.ts';
import { moveTokensOn } from '../attempt.ts';
import { makeRoom } from '../make-room.ts';
import { withNetworkLock } from '../network-lock.ts';
import { claimGraph } from '../own-servers.ts';
import { messagesFile, rebuildFolder, reputationFolder } from '../run-context.ts';
import { lastPublished } from '../runs.ts';
import { everyWriter, forgetWriter } from '../step-name.ts';
import { withNetwork } from '../with-database.ts';
import { countInFiles, eraseInFiles } from './erase-files.ts';
import { masked, maskOf } from './mask.ts';
import { unreachable } from './unreachable.ts';

const lookAgainMs = 300;

/** How much of a user was found, or removed, in one place. */
export interface FoundIn {
  place: string;
  count: number;
  unit: string;
}

export interface Forgetting {
  /** Whether the user had been forgotten before. */
  wasForgotten: boolean;
  found: FoundIn[];
  /** What can't be reached, a sentence for each. */
  unreachable: string[];
}

export interface ForgetOptions {
  /** Counts, and changes nothing. */
  isDry: boolean;
  signal: AbortSignal;
  onProgress: (text: string) => void;
}

/** What it takes to look for a user. */
interface Search {
  settings: Settings;
  database: Database;
  userId: UserId;
  /** The user as people see them. */
  seen: ShownId;
  /** An empty folder of its own. */
  workDir: string;
  options: ForgetOptions;
}

/**
 * Erases a user wherever Kith keeps something: first of all the id is remembered as a hash, so that no later load brings
 * the user back. A run that is under way is waited for. Interrupted anywhere, it can be repeated, and does the rest.
 *
 * @throws EngineError, BusyError if something that names the user is in use; what was removed until then stays removed
 */
export async function forget(
  settings: Settings,
  userId: UserId,
  options: ForgetOptions & { seen?: ShownId },
): Promise<Forgetting> {
  const { seen = userId } = options;
  return withNetwork(settings, options.signal, (database) =>
    onceFree(database, options, async (lost) => {
      const stop = { ...options, signal: AbortSignal.any([options.signal, lost]) };
      const wasForgotten = options.isDry ? Forgotten.of(settings).has(userId) : Forgotten.add(settings, userId);
      if (!options.isDry) await makeRoom(settings, database);
      const workDir = join(rebuildFolder(settings), 'forget');
      await rm(workDir, { recursive: true, force: true });
      makeFolders(workDir, 0o700);
      try {
        const search = { settings, database: database.until(stop.signal), userId, seen, workDir, options: stop };
        const found: FoundIn[] = [];
        for (const look of places) found.push(...(await look(search)));
        if (!options.isDry) {
          options.onProgress('removing deleted rows from where they lay');
          const files = ['sql/forget/vacuum.sql', ...(settings.userIds === 'text' ? ['sql/ids/vacuum.sql'] : [])];
          for (const file of files as SqlFile[])
            await database.transaction((client) => client.query(textOf(file)), { implicit: true });
        }
        return { wasForgotten, found, unreachable: await unreachable(settings, database) };
      } finally {
        await rm(rebuildFolder(settings), { recursive: true, force: true });
      }
    }),
  );
}

/** Does `work` under the network's lock; a run that is under way is waited for. */
async function onceFree<T>(
  database: Database,
  { signal, onProgress }: ForgetOptions,
  work: (lost: AbortSignal) => Promise<T>,
): Promise<T> {
  let hasBegun = false;
  let told: string | undefined;
  for (;;)
    try {
      return await withNetworkLock(database, (lost) => {
        hasBegun = true;
        return work(lost);
      });
    } catch (error) {
      if (hasBegun && error instanceof InterruptedError)
        throw new InterruptedError('Stopped; what was removed stays removed: call `kith forget` again for the rest.');
      if (hasBegun || !(error instanceof BusyError)) throw error;
      if (told !== error.message) onProgress(`waiting: ${error.message}`);
      told = error.message;
      await pause(lookAgainMs, signal);
    }
}

/** Rows that a graph could be made from come before the graph, and what shows results before what they came from. */
const places: readonly ((search: Search) => Promise<FoundIn[]>)[] = [
  keptRows,
  sparkTables,
  publishedRows,
  nextTables,
  pastLists,
  texts,
  graphOf,
  messages,
  files,
  keptText,
];

async function keptRows({ settings, userId, workDir, options }: Search): Promise<FoundIn[]> {
  options.onProgress('accepted rows');
  const accepted = new Accepted(settings);
  const work = join(workDir, 'accepted');
  const count = options.isDry
    ? await accepted.countOf(userId, work, options.signal)
    : await accepted.erase(userId, work, options.signal);
  return [{ place: accepted.folder, count, unit: 'accepted rows' }];
}

/** They are only of the last run, and made anew by the next. */
async function sparkTables({ settings, options }: Search): Promise<FoundIn[]> {
  const place = sparkFolder(settings);
  const count = (await attemptsIn(settings)).length;
  if (!options.isDry) await emptyLake(settings);
  return count === 0 ? [] : [{ place, count, unit: "folders of Spark's last tables, which `kith check` would need" }];
}

async function publishedRows({ settings, database, userId, options }: Search): Promise<FoundIn[]> {
  options.onProgress('published tables');
  const run = await lastPublished(database);
  const { closest, recommendations, reasons } =
    options.isDry || !run
      ? await countShownOf(database, userId)
      : await eraseShown(
          database,
          userId,
          {
            ...run,
            filtered: run.settings.reputation === 'list',
            model: run.scores?.kind === 'model' ? run.scores.place : undefined,
          },
          {
            seconds: settings.publishPatienceSeconds,
            failure: 'The published rows were not removed',
            onProgress: options.onProgress,
            hasTexts: settings.userIds === 'text',
          },
        );
  return [
    { place: 'graph_recs.closest_connections', count: closest, unit: 'rows' },
    { place: 'graph_recs.recommendations', count: recommendations, unit: 'rows' },
    { place: 'graph_recs.rec_reasons', count: reasons, unit: 'rows' },
  ];
}

/** Where ids are texts, the text goes last: until then an interrupted call can be repeated by it. */
async function keptText({ settings, database, userId, options }: Search): Promise<FoundIn[]> {
  if (settings.userIds !== 'text') return [];
  const file = options.isDry ? 'sql/ids/count.sql' : 'sql/ids/forget.sql';
  const [row] = await database.query<{ found: number }>(file, [userId]);
  return [{ place: 'kith.user_ids and graph_recs.users', count: row?.found ?? 0, unit: 'texts' }];
}

/** Those of a run that was not published: its steps have to make them again. */
async function nextTables({ database, options }: Search): Promise<FoundIn[]> {
  const count = async () => (await database.query<{ found: number }>('sql/forget/count-next.sql'))[0]?.found ?? 0;
  const before = await count();
  if (before === 0) return [];
  if (!options.isDry) {
    await forgetEarlier(database, forgetWriter, [...publishedTables, 'users'], options.onProgress);
    if ((await count()) > 0)
      throw new BusyError(
        'Tables in kith_next that may name the user are in use, perhaps by pg_dump: call `kith forget` again once they are not.',
      );
  }
  return [{ place: 'kith_next', count: before, unit: 'tables of runs that were not published' }];
}

async function pastLists({ database, userId, options }: Search): Promise<FoundIn[]> {
  options.onProgress('past lists');
  const file = options.isDry ? 'sql/forget/count-past.sql' : 'sql/forget/delete-past.sql';
  const [row] = await database.query<{ found: number }>(file, [userId]);
  return [{ place: 'kith.past_recommendations and past_lists', count: row?.found ?? 0, unit: 'lists' }];
}

/** What a run, or a step of it, tells in words. */
interface Told {
  run: string;
  step: string | null;
  error: string | null;
  checks: CheckOutcome[] | null;
  leftUndone: Record<string, string> | null;
  [column: string]: unknown;
}

async function texts({ database, userId, seen, options }: Search): Promise<FoundIn[]> {
  const mask = maskOf(userId, seen);
  const ofUser: Told[] = [];
  for (const told of await database.query<Told>('sql/forget/texts.sql')) {
    const now = {
      ...told,
      error: masked(told.error, mask),
      // The rest of an outcome is the check's own name and sentence.
      checks:
        told.checks?.map((one) => (one.detail === undefined ? one : { ...one, detail: mask(one.detail) })) ?? null,
      leftUndone: masked(told.leftUndone, mask),
    };
    if (!isDeepStrictEqual(now, told)) ofUser.push(now);
  }
  if (!options.isDry)
    await database.query('sql/forget/mask-texts.sql', [
      ofUser.map(({ run }) => run),
      ofUser.map(({ step }) => step),
      ofUser.map(({ error }) => error),
      ofUser.map(({ checks }) => checks && JSON.stringify(checks)),
      ofUser.map(({ leftUndone }) => leftUndone && JSON.stringify(leftUndone)),
    ]);
  return [{ place: 'kith.runs and run_steps', count: ofUser.length, unit: 'errors and checks, in which it is masked' }];
}

async function graphOf({ settings, database, userId, options }: Search): Promise<FoundIn[]> {
  // Where only Spark has computed, there may be none.
  if (!hasGraph(settings)) return [];
  options.onProgress('graph');
  const { signal, isDry } = options;
  if (!isDry) await discardImport(settings, { signal });
  const { neo4j } = await up(settings, { signal, only: 'neo4j' });
  const [next] = isDry ? [] : await database.query<{ token: string }>('sql/steps/next-token.sql');
  const fence = next && { step: forgetWriter, token: BigInt(next.token), closes: everyWriter };
  await using graph = new Graph(neo4j, signal, fence);
  if (fence) await claimGraph(graph, settings);
  // What an attempt writes that was lost, and what follows a run, ends here.
  await graph.raiseFence().catch(async (error) => {
    if (!(error instanceof StaleAttemptError) || error.latest === undefined) throw error;
    throw await moveTokensOn(database, error.latest);
  });
  const { users, relationships, lists } = await (isDry ? countUser(graph, userId) : eraseInGraph(graph, userId));
  return [
    { place: 'graph', count: users, unit: 'users' },
    { place: 'graph', count: relationships, unit: 'relationships' },
    { place: 'graph', count: lists, unit: 'users who have them in a list' },
  ];
}

async function messages({ settings, userId, workDir, options }: Search): Promise<FoundIn[]> {
  const path = messagesFile(settings);
  if (!existsSync(path)) return [];
  options.onProgress('messages');
  let count: number;
  if (options.isDry) {
    await using store = await MessageStore.open(path, options.signal, undefined, settings.userIds);
    count = await store.countOf(userId);
  } else {
    const work = join(workDir, 'messages');
    await mkdir(work, { mode: 0o700 });
    count = await MessageStore.erase(path, userId, work, { signal: options.signal, userIds: settings.userIds });
  }
  return [{ place: path, count, unit: 'messages and scores of weeks' }];
}

async function files({ settings, userId, seen, options }: Search): Promise<FoundIn[]> {
  const folders = [join(settings.home, 'runs'), reputationFolder(settings)];
  const count = await (options.isDry ? countInFiles : eraseInFiles)(folders, { userId, seen });
  return [
    { place: folders.join(' and '), count, unit: 'rejected lines, scores, and log lines, in which it is masked' },
  ];
}
