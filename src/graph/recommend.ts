import type { Weighting } from '../config/settings.ts';
import type { Computing } from './compiled.ts';
import type { Graph, Parameters } from './graph.ts';
import { rankedRows, reasonRows } from './rows-as-text.ts';
import { readSideBySide } from './side-by-side.ts';
import { type UserRange, userRanges } from './user-ranges.ts';
import { weightUnits } from './weights.ts';

/** Why a candidate (u, w) was dropped: the first filter that caught it. */
export interface DroppedCandidates {
  self: number;
  followed: number;
  reputation: number;
}

export const noneDropped: DroppedCandidates = { self: 0, followed: 0, reputation: 0 };

/** One user's recommendations, best first; weights in exact units (`weightUnits`). */
interface UserRecommendations {
  userId: bigint;
  recommended: bigint[];
  scores: bigint[];
  /** Parallel lists, one entry per reason: `reasons[i]` supports `reasonOf[i]` with `reasonWeights[i]`. */
  reasonOf: bigint[];
  reasons: bigint[];
  reasonWeights: bigint[];
}

type RecommendRow = UserRecommendations & DroppedRow;

/** Which candidates are good enough: with `filtered`, those with a reputation of at least `minReputation`. */
export interface ReputationFilter {
  filtered: boolean;
  minReputation: number;
}

/** Everybody who may be recommended; undefined if nobody is filtered by reputation. */
type GoodUsers = bigint[] | undefined;

/** Some users' rows of both tables in key order, as COPY takes them. */
export interface RecommendedRows {
  recommendations: string;
  reasons: string;
  dropped: DroppedCandidates;
}

export interface RecommendOptions {
  /** Epoch seconds. */
  asOf: number;
  weighting: Weighting;
  filter: ReputationFilter;
  computing: Computing;
  /** The number of Neo4j sessions used in parallel by plain Cypher; one is enough for the compiled procedures. */
  sessions: number;
  /** Given rows once those of all users before them were taken. */
  take: (rows: RecommendedRows) => Promise<void>;
  /** Told how many of all users' rows were taken; counts need not be exact. */
  onProgress: (done: number, total: number) => void;
}

/** Users per query in plain Cypher: those of a range share what is read, and their rows are up to 100 MB. */
const usersPerRange = 25_000;
/** The compiled procedures hand rows over as they go; what they remember of a range takes up to 1 GB of Neo4j's heap. */
const usersPerStream = 500_000;

/** Computes everybody's recommendations from the lists of closest connections that are in the graph. */
export async function recommendAll(graph: Graph, options: RecommendOptions): Promise<void> {
  if (options.computing.by === 'compiled') return streamRecommendations(graph, options);
  const { asOf, weighting, filter, sessions, take, onProgress } = options;
  const one = weightUnits(weighting);
  const good = await goodUsers(graph, filter);
  const ranges = await userRanges(graph, usersPerRange);
  let done = 0;
  await readSideBySide(
    ranges,
    sessions,
    async (range) => {
      const { users, dropped } = await recommend(graph, range, asOf, good);
      const sorted = users.sort((a, b) => (a.userId < b.userId ? -1 : 1));
      return async () => {
        for (let i = 0; i < sorted.length; i += usersPerText) {
          const some = sorted.slice(i, i + usersPerText);
          await take({ ...rowsOf(some, one), dropped: i === 0 ? dropped : noneDropped });
        }
      };
    },
    () => onProgress(++done, ranges.length),
  );
}

/** Users whose rows are handed over together: some hundred kilobytes. */
const usersPerText = 250;

function rowsOf(users: readonly UserRecommendations[], one: bigint): Omit<RecommendedRows, 'dropped'> {
  return {
    recommendations: users.map((user) => rankedRows(user.userId, user.recommended, user.scores, one)).join(''),
    reasons: users
      .map((user) => reasonRows(user.userId, user.reasonOf, user.reasons, user.reasonWeights, one))
      .join(''),
  };
}

async function streamRecommendations(
  graph: Graph,
  { asOf, weighting, filter, take, onProgress }: RecommendOptions,
): Promise<void> {
  const { rows } = await graph.read<{ users: bigint }>('cypher/recommend/count-users.cypher');
  const total = Number(rows[0]?.users ?? 0n);
  let done = 0;
  for (const range of await userRanges(graph, usersPerStream)) {
    const parameters = compiledParameters(range, asOf, weighting, filter);
    for await (const row of graph.stream<StreamedRow>('cypher/recommend/compiled.cypher', parameters)) {
      await take({ recommendations: row.recommendations, reasons: row.reasons, dropped: droppedIn([row]) });
      done += Number(row.done);
      onProgress(done, total);
    }
  }
}

/** One user's recommendations, live. */
export async function recommendTo(
  graph: Graph,
  userId: bigint,
  { asOf, weighting, filter, computing }: Pick<RecommendOptions, 'asOf' | 'weighting' | 'filter' | 'computing'>,
): Promise<RecommendedRows> {
  const range = { first: userId, end: userId + 1n };
  if (computing.by === 'cypher') {
    const { users, dropped } = await recommend(graph, range, asOf, await goodAround(graph, userId, filter));
    return { ...rowsOf(users, weightUnits(weighting)), dropped };
  }
  const parameters = compiledParameters(range, asOf, weighting, filter);
  const { rows } = await graph.read<StreamedRow>('cypher/recommend/compiled.cypher', parameters);
  return {
    recommendations: rows.map((row) => row.recommendations).join(''),
    reasons: rows.map((row) => row.reasons).join(''),
    dropped: droppedIn(rows),
  };
}

function compiledParameters(
  { first, end }: UserRange,
  asOf: number,
  weighting: Weighting,
  { filtered, minReputation }: ReputationFilter,
): Parameters {
  return {
    ...{ first, end, asOf: BigInt(asOf), one: weightUnits(weighting) },
    // A Float, as reputations are.
    minReputation: filtered ? minReputation : null,
  };
}

function droppedIn(rows: readonly DroppedRow[]): DroppedCandidates {
  const dropped = { ...noneDropped };
  for (const { self, followedAlready, notGood } of rows) {
    dropped.self += Number(self);
    dropped.followed += Number(followedAlready);
    dropped.reputation += Number(notGood);
  }
  return dropped;
}

interface StreamedRow extends DroppedRow {
  recommendations: string;
  reasons: string;
  done: bigint;
}

interface DroppedRow {
  self: bigint;
  followedAlready: bigint;
  notGood: bigint;
  [column: string]: unknown;
}

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
  { filtered, minReputation }: ReputationFilter,
): Promise<GoodUsers> {
  if (!filtered) return undefined;
  const { rows } = await graph.read<{ good: bigint[] }>('cypher/recommend/good-around.cypher', {
    userId,
    minReputation,
  });
  return rows[0]?.good ?? [];
}

/**
 * Recommendations with their reasons for a range of users, from the lists of closest connections as they are in the
 * graph.
 */
async function recommend(
  graph: Graph,
  range: UserRange,
  asOf: number,
  good: GoodUsers,
): Promise<{ users: UserRecommendations[]; dropped: DroppedCandidates }> {
  const { rows } = await graph.read<RecommendRow>('cypher/recommend/recommend.cypher', {
    first: range.first,
    end: range.end,
    asOf: BigInt(asOf),
    filtered: good !== undefined,
    good: good ?? [],
  });
  return { users: rows, dropped: droppedIn(rows) };
}

/** Whom each user in a range has followed at or before `asOf` (epoch seconds); users who follow nobody are absent. */
export async function readFollowed(
  graph: Graph,
  range: UserRange,
  asOf: number,
): Promise<{ userId: bigint; followed: bigint[] }[]> {
  const { rows } = await graph.read<{ userId: bigint; followed: bigint[] }>('cypher/recommend/followed.cypher', {
    first: range.first,
    end: range.end,
    asOf: BigInt(asOf),
  });
  return rows;
}
