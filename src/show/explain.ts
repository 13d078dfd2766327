import { weighingParameters } from '../graph/closest.ts';
import type { Graph } from '../graph/graph.ts';
import { decimalWeight, weightUnits } from '../graph/weights.ts';
import type { RunFacts } from '../jobs/run.ts';
import { filters } from '../scoring/ranking/filters.ts';
import { mostRecommended } from '../scoring/ranking/ranking.ts';
import { type ShownId, userIdOf } from '../user-id.ts';
import { type Step, stepsWithActivities } from './activities.ts';
import { type CirclesExplanation, explainCircles } from './explain-circles.ts';
import type { Obstacle } from './obstacle.ts';
import { UnknownUserError } from './show-user.ts';
import { type WordsBetween, wordsBetween } from './words-between.ts';

/** A closest connection that makes somebody a candidate, and the activities behind the two steps. */
export interface Reason {
  userId: ShownId;
  /** What it adds to the score. */
  weight: string;
  /** From the user to the reason, and from the reason to the candidate. */
  steps: [Step, Step];
}

/** Why a user is recommended to another or, if there are `obstacles`, why not. */
export interface Explanation {
  userId: ShownId;
  recId: ShownId;
  run: RunFacts;
  recommended: boolean;
  /** Rank among the candidates that no filter drops; undefined if a filter drops this one. */
  rank?: number;
  /** Sum of the reasons' weights, '0.000000000000' without a path. */
  score: string;
  obstacles: Obstacle[];
  /** What keeps nobody from being recommended, as sentences. */
  notes: string[];
  reasons: Reason[];
}

interface RelationRow {
  userSuspended: boolean;
  recSuspended: boolean;
  reputation: number | null;
  followedAt: bigint | null;
  reasons: bigint[];
  firstRanks: bigint[];
  firstWeights: bigint[];
  secondRanks: bigint[];
  secondWeights: bigint[];
  [column: string]: unknown;
}

/**
 * Explains from the graph why `recId` is or isn't recommended to `userId`, by the run's as-of and settings.
 *
 * @param seen the two as people see them
 * @throws BadInputError if the graph lacks one of the two
 */
export async function explain(
  graph: Graph,
  run: RunFacts,
  userId: ShownId,
  recId: ShownId,
  seen: readonly [ShownId, ShownId] = [userId, recId],
): Promise<Explanation | CirclesExplanation> {
  const asOf = BigInt(run.asOf);
  const pair = { userId: BigInt(userId), recId: BigInt(recId) };
  const { rows } = await graph.read<RelationRow>('cypher/show/relation.cypher', { ...pair, asOf });
  const relation = rows[0];
  if (!relation) {
    const { rows: known } = await graph.read('cypher/show/user.cypher', { userId: pair.userId });
    throw new UnknownUserError(known.length > 0 ? recId : userId);
  }
  const engaged = await engagedBy(graph, run, userId);
  const words = await wordsBetween(graph, run, [userId, recId], seen);
  const obstacles = filtersOf(run, userId, recId, relation, engaged, words);
  if (run.settings.ranking === 'circles')
    return { ...(await explainCircles(graph, run, [userId, recId], obstacles)), notes: words.notes };
  const ofOne = weightUnits(run.settings.weighting);
  const score = relation.secondWeights.reduce((sum, weight) => sum + weight, 0n);
  let rank: number | undefined;
  if (obstacles.length === 0) {
    const { before, lowest } = await standing(graph, run, { ...pair, score, engaged: [...engaged, ...words.barred] });
    rank = before + 1;
    if (rank > mostRecommended)
      obstacles.push({ kind: 'not-among-best', rank, lowestScore: decimalWeight(lowest, ofOne) });
  }
  return {
    userId,
    recId,
    run,
    recommended: obstacles.length === 0,
    rank,
    score: decimalWeight(score, ofOne),
    obstacles,
    notes: words.notes,
    reasons: await reasonsOf(graph, run, userId, recId, relation),
  };
}

/** In the order in which a run applies them. */
function filtersOf(
  run: RunFacts,
  userId: ShownId,
  recId: ShownId,
  relation: RelationRow,
  engaged: readonly bigint[],
  words: WordsBetween,
): Obstacle[] {
  const { weighting, reputation: list } = run.settings;
  const { reputation, followedAt } = relation;
  const obstacles: Obstacle[] = [];
  if (relation.userSuspended) obstacles.push({ kind: 'user-suspended' });
  if (userId === recId) return [...obstacles, { kind: 'self' }];
  if (relation.recSuspended) obstacles.push({ kind: 'suspended' });
  if (relation.reasons.length === 0 && run.settings.ranking === 'second-degree') obstacles.push({ kind: 'no-path' });
  const dropping = [...words.obstacles];
  if (followedAt !== null) dropping.push({ kind: 'followed', followedAt: Number(followedAt) });
  if (engaged.includes(BigInt(recId))) dropping.push({ kind: 'engaged' });
  if (list === 'list' && (reputation === null || reputation < weighting.minReputation))
    dropping.push({ kind: 'reputation', reputation: reputation ?? undefined, least: weighting.minReputation });
  const placeOf = (obstacle: Obstacle) => filters.findIndex(({ kind }) => kind === obstacle.kind);
  return [...obstacles, ...dropping.sort((a, b) => placeOf(a) - placeOf(b))];
}

/** With whom the user has engaged in the window, if that drops candidates. */
async function engagedBy(graph: Graph, { asOf, settings }: RunFacts, userId: ShownId): Promise<bigint[]> {
  if (settings.recommendEngaged) return [];
  const { rows } = await graph.read<{ engaged: bigint[] }>('cypher/show/engaged.cypher', {
    userId: BigInt(userId),
    ...weighingParameters(settings.weighting, asOf),
  });
  return rows[0]?.engaged ?? [];
}

async function standing(
  graph: Graph,
  run: RunFacts,
  candidate: { userId: bigint; recId: bigint; score: bigint; engaged: readonly bigint[] },
): Promise<{ before: number; lowest: bigint }> {
  const { weighting, reputation } = run.settings;
  const { rows } = await graph.read<{ before: bigint; lowest: bigint | null }>('cypher/show/standing.cypher', {
    ...candidate,
    asOf: BigInt(run.asOf),
    filtered: reputation === 'list',
    minReputation: weighting.minReputation,
  });
  return { before: Number(rows[0]?.before ?? 0n), lowest: rows[0]?.lowest ?? 0n };
}

async function reasonsOf(
  graph: Graph,
  run: RunFacts,
  userId: ShownId,
  recId: ShownId,
  relation: RelationRow,
): Promise<Reason[]> {
  const ofOne = weightUnits(run.settings.weighting);
  const steps = relation.reasons.flatMap((reason, i) => [
    {
      from: userId,
      to: userIdOf(reason),
      rank: Number(relation.firstRanks[i]),
      weight: decimalWeight(relation.firstWeights[i] ?? 0n, ofOne),
    },
    {
      from: userIdOf(reason),
      to: recId,
      rank: Number(relation.secondRanks[i]),
      weight: decimalWeight(relation.secondWeights[i] ?? 0n, ofOne),
    },
  ]);
  const complete = await stepsWithActivities(graph, run, steps);
  return relation.reasons.map((reason, i) => {
    const [first, second] = [complete[2 * i] as Step, complete[2 * i + 1] as Step];
    return { userId: userIdOf(reason), weight: second.weight, steps: [first, second] };
  });
}
