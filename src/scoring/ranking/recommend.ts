import type { Settings, Weighting } from '../../config/settings.ts';
import { weighingParameters } from '../../graph/closest.ts';
import { type Computing, findComputing } from '../../graph/compiled.ts';
import type { Graph, Parameters } from '../../graph/graph.ts';
import { readSideBySide } from '../../graph/side-by-side.ts';
import { onlyUser, type UserRange, userRanges } from '../../graph/user-ranges.ts';
import { type DroppedCandidates, droppedBy, type FilterColumn, filters } from './filters.ts';
import {
  mostRecommended,
  type Ranking,
  type ReputationFilter,
  type UserRecommendations,
  type UserRows,
} from './ranking.ts';

/** Some users' rows of both tables in key order, as COPY takes them. */
export interface RecommendedRows extends UserRows {
  dropped: DroppedCandidates;
}

/** What is to be recommended. */
export interface Wanted {
  /** Epoch seconds. */
  asOf: number;
  weighting: Weighting;
  ranking: Ranking;
  filter: ReputationFilter;
  /** Whether somebody is recommended with whom the user has engaged in the window. */
  recommendEngaged: boolean;
  /** For how many days nobody is recommended again whom the user has dismissed; by default 90. */
  dismissDays?: number;
  /** Only who has done something in so many days is recommended; undefined: everybody. */
  activeDays?: number;
  /** Epoch seconds up to which follows later than the as-of exclude, too; undefined: they don't. */
  followsUntil?: number;
  /** How many of the popular are among a user's recommendations, see the ranking; undefined: any number. */
  popularAtMost?: number;
  /** With how many people somebody may engage and yet speak for recommendations to strangers; undefined: any number. */
  strangersAtMost?: number;
}

export interface RecommendOptions extends Wanted {
  computing: Computing;
  /** The number of Neo4j sessions used in parallel by plain Cypher; one is enough for the compiled procedures. */
  sessions: number;
  /** Given rows once those of all users before them were taken. */
  take: (rows: RecommendedRows) => Promise<void>;
  /** Told how many of all users' rows were taken; counts need not be exact. */
  onProgress: (done: number, total: number) => void;
}

/** The compiled procedures hand rows over as they go; what they remember of a range takes up to 1 GB of Neo4j's heap. */
const usersPerStream = 500_000;

/** By what recommendations are computed. */
export async function findRecommending(
  graph: Graph,
  settings: Pick<Settings, 'compiled'>,
  { recommendEngaged }: Pick<Wanted, 'recommendEngaged'>,
): Promise<Computing> {
  if (recommendEngaged) return findComputing(graph, settings);
  return {
    by: 'cypher',
    why: 'no compiled procedure leaves out whom one has engaged with (KITH_RECOMMEND_ENGAGED=no)',
  };
}

/** Computes everybody's recommendations from the lists that are in the graph. */
export async function recommendAll(graph: Graph, options: RecommendOptions): Promise<void> {
  if (options.computing.by === 'compiled') return streamRecommendations(graph, options);
  const { ranking, sessions, take, onProgress } = options;
  const shared = await sharedParameters(graph, options);
  const good = await goodUsers(graph, options.filter);
  const ranges = await userRanges(graph, ranking.recommend.usersPerQuery);
  let done = 0;
  await readSideBySide(
    ranges,
    sessions,
    async (range) => {
      const { users, dropped } = await recommend(graph, range, options, shared, good);
      const sorted = users.sort((a, b) => (a.userId < b.userId ? -1 : 1));
      return async () => {
        for (let i = 0; i < sorted.length; i += usersPerText) {
          const some = sorted.slice(i, i + usersPerText);
          await take({ ...rowsOf(some, options), dropped: i === 0 ? dropped : droppedIn([], options) });
        }
      };
    },
    () => onProgress(++done, ranges.length),
  );
}

/** Users whose rows are handed over together: some hundred kilobytes. */
const usersPerText = 250;

function rowsOf(users: readonly UserRecommendations[], { ranking, weighting }: Wanted): UserRows {
  const rows = users.map((user) => ranking.rowsOf(user, weighting));
  return {
    recommendations: rows.map(({ recommendations }) => recommendations).join(''),
    reasons: rows.map(({ reasons }) => reasons).join(''),
  };
}

async function streamRecommendations(graph: Graph, options: RecommendOptions): Promise<void> {
  const { ranking, take, onProgress } = options;
  const { rows } = await graph.read<{ users: bigint }>(ranking.countUsers);
  const total = Number(rows[0]?.users ?? 0n);
  const shared = await sharedParameters(graph, options);
  let done = 0;
  for (const range of await userRanges(graph, usersPerStream)) {
    const parameters = compiledParameters(range, options, shared);
    for await (const row of graph.stream<StreamedRow>(ranking.recommend.compiled, parameters)) {
      await take({ recommendations: row.recommendations, reasons: row.reasons, dropped: droppedIn([row], options) });
      done += Number(row.done);
      onProgress(done, total);
    }
  }
}

/**
 * One user's recommendations, live.
 *
 * @param shared what `sharedParameters` gives, for whoever asks for several users; it is as old as it was read
 */
export async function recommendTo(
  graph: Graph,
  userId: bigint,
  options: Wanted & { computing: Computing; shared?: Parameters },
): Promise<RecommendedRows> {
  const range = onlyUser(userId);
  const shared = options.shared ?? (await sharedParameters(graph, options));
  if (options.computing.by === 'cypher') {
    const good = await goodAround(graph, userId, options, shared);
    const { users, dropped } = await recommend(graph, range, options, shared, good);
    return { ...rowsOf(users, options), dropped };
  }
  const { rows } = await graph.read<StreamedRow>(
    options.ranking.recommend.compiled,
    compiledParameters(range, options, shared),
  );
  return {
    recommendations: rows.map((row) => row.recommendations).join(''),
    reasons: rows.map((row) => row.reasons).join(''),
    dropped: droppedIn(rows, options),
  };
}

/**
 * All of a user's candidates whom no filter drops, however many, in plain Cypher; and the terms of the score of `about`,
 * even if that one is dropped. Undefined for a suspended user. Only for a ranking whose statement takes `$most` and
 * `$about`.
 */
export async function candidatesOf(
  graph: Graph,
  userId: bigint,
  about: bigint,
  wanted: Wanted,
  shared: Parameters,
): Promise<UserRecommendations | undefined> {
  const good = await goodAround(graph, userId, wanted, shared);
  const most = 2n ** 31n;
  // Nobody is left out for being popular unless a setting says so.
  const popularAtMost = wanted.popularAtMost === undefined ? most : shared.popularAtMost;
  const all = { ...shared, most, popularAtMost, about };
  return (await recommend(graph, onlyUser(userId), wanted, all, good)).users[0];
}

/** What the recommendations of all users share, beside the lists. */
export async function sharedParameters(graph: Graph, wanted: Wanted): Promise<Parameters> {
  const { asOf, weighting, ranking, recommendEngaged, popularAtMost, activeDays } = wanted;
  return {
    ...weighingParameters(weighting, asOf),
    most: BigInt(mostRecommended),
    about: null,
    dropEngaged: !recommendEngaged,
    popularAtMost: BigInt(popularAtMost ?? mostRecommended),
    hidden: await hiddenUsers(graph),
    inactive: activeDays === undefined ? [] : await inactiveUsers(graph, asOf, activeDays),
    ...(await ranking.shared(graph, wanted)),
  };
}

function compiledParameters(
  { first, end }: UserRange,
  { filter: { filtered, minReputation } }: Wanted,
  shared: Parameters,
): Parameters {
  // A Float, as reputations are.
  return { first, end, ...shared, minReputation: filtered ? minReputation : null };
}

function droppedIn(rows: readonly DroppedRow[], { recommendEngaged }: Wanted): DroppedCandidates {
  const counts = filters.map(({ column }) => rows.reduce((total, row) => total + Number(row[column] ?? 0n), 0));
  return droppedBy(counts, recommendEngaged);
}

type StreamedRow = DroppedRow & { recommendations: string; reasons: string; done: bigint };

/** Compiled statements have no count of a filter that only plain Cypher has. */
type DroppedRow = Partial<Record<FilterColumn, bigint>> & Record<string, unknown>;

/** By what cypher/words has set. */
export async function hiddenUsers(graph: Graph): Promise<bigint[]> {
  const { rows } = await graph.read<{ hidden: bigint[] }>('cypher/words/hidden.cypher');
  return rows[0]?.hidden ?? [];
}

/** Who has done nothing in so many days before `asOf` (epoch seconds). */
export async function inactiveUsers(graph: Graph, asOf: number, days: number): Promise<bigint[]> {
  const { rows } = await graph.read<{ inactive: bigint[] }>('cypher/words/inactive.cypher', {
    asOf: BigInt(asOf),
    since: BigInt(asOf - days * 86_400),
  });
  return rows[0]?.inactive ?? [];
}

/** Everybody who may be recommended; undefined if nobody is filtered by reputation. */
type GoodUsers = bigint[] | undefined;

/** The good users of the whole graph. */
async function goodUsers(graph: Graph, { filtered, minReputation }: ReputationFilter): Promise<GoodUsers> {
  if (!filtered) return undefined;
  const { rows } = await graph.read<{ good: bigint[] }>('cypher/recommend/good-users.cypher', { minReputation });
  return rows[0]?.good ?? [];
}

/** The good users among a user's candidates; for one user this is faster than asking for all. */
async function goodAround(
  graph: Graph,
  userId: bigint,
  { ranking, filter: { filtered, minReputation } }: Wanted,
  shared: Parameters,
): Promise<GoodUsers> {
  if (!filtered) return undefined;
  const { rows } = await graph.read<{ good: bigint[] }>(ranking.recommend.goodAround, {
    ...shared,
    userId,
    minReputation,
  });
  return rows[0]?.good ?? [];
}

/** Recommendations with their reasons for a range of users, from the lists as they are in the graph. */
async function recommend(
  graph: Graph,
  range: UserRange,
  wanted: Wanted,
  shared: Parameters,
  good: GoodUsers,
): Promise<{ users: UserRecommendations[]; dropped: DroppedCandidates }> {
  const { rows } = await graph.read<UserRecommendations & DroppedRow>(wanted.ranking.recommend.cypher, {
    first: range.first,
    end: range.end,
    ...shared,
    filtered: good !== undefined,
    good: good ?? [],
  });
  return { users: rows, dropped: droppedIn(rows, wanted) };
}
