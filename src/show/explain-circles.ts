import type { Graph } from '../graph/graph.ts';
import { onlyUser } from '../graph/user-ranges.ts';
import { type RunFacts, wantedOf } from '../jobs/run.ts';
import { readVias } from '../scoring/ranking/circles.ts';
import { mostRecommended } from '../scoring/ranking/ranking.ts';
import { candidatesOf, sharedParameters } from '../scoring/ranking/recommend.ts';
import { exactDecimal } from '../scoring/ranking/rows-with-sources.ts';
import { type ShownId, userIdOf } from '../user-id.ts';
import { type ActivityView, stepsWithActivities } from './activities.ts';
import type { Obstacle } from './obstacle.ts';

/** A part of a score by circles; weights are decimals with 7 places. */
export type Term = { weight: string } & (
  | CircleTerm
  /** Rank among the most popular. */
  | { source: 'popular'; rank: number }
  /** Activities of the candidate towards the user, newest first. */
  | { source: 'engages-with-you'; activities: ActivityView[] }
);

/** Some of the people around a tie engage with the candidate. */
interface CircleTerm {
  source: 'circle';
  /** The tie, and its rank among the user's ties. */
  via: ShownId;
  rank: number;
  /** How many people are around the tie, with the tie. */
  members: number;
  /** Those of them who engage with the candidate: recently, and only before. */
  lately: ShownId[];
  before: ShownId[];
}

/** What speaks for a candidate by circles, and what keeps them from being recommended. */
export interface CirclesExplanation {
  userId: ShownId;
  recId: ShownId;
  run: RunFacts;
  recommended: boolean;
  /** Rank among the candidates that no filter drops; undefined if a filter drops this one. */
  rank?: number;
  score: string;
  obstacles: Obstacle[];
  /** What keeps nobody from being recommended, as sentences. */
  notes?: string[];
  /** Through how many ties people are recommended to the user. */
  vias: number;
  terms: Term[];
}

/**
 * Explains by the lists of circles in the graph.
 *
 * @param filters what is known to drop the candidate
 */
export async function explainCircles(
  graph: Graph,
  run: RunFacts,
  [userId, recId]: [ShownId, ShownId],
  filters: readonly Obstacle[],
): Promise<CirclesExplanation> {
  const [user, rec] = [BigInt(userId), BigInt(recId)];
  const wanted = wantedOf(run);
  const asDecimal = (units: bigint) => exactDecimal(units, wanted.ranking.places);
  const shared = await sharedParameters(graph, wanted);
  const found = await candidatesOf(graph, user, rec, wanted, shared);
  const terms = (found?.reasonOf ?? []).flatMap((of, i) =>
    of === rec
      ? [
          {
            via: found?.reasons[i] as bigint,
            units: found?.reasonWeights[i] as bigint,
            source: Number(found?.reasonSources?.[i]),
          },
        ]
      : [],
  );
  const score = terms.reduce((sum, { units }) => sum + units, 0n);
  const place = found?.recommended.indexOf(rec) ?? -1;
  const obstacles = [...filters];
  const isDropped = obstacles.length > 0;
  // A suspended user has no candidates at all, which is said already.
  const isBusy = (shared.busy as bigint[]).includes(rec);
  if (found && score === 0n && userId !== recId)
    obstacles.push(isBusy ? { kind: 'busy', most: wanted.strangersAtMost as number } : { kind: 'no-term' });
  else if (place < 0 && found && !isDropped)
    obstacles.push({ kind: 'popular-at-most', most: wanted.popularAtMost as number });
  else if (place >= mostRecommended) {
    const lowest = found?.scores[mostRecommended - 1] as bigint;
    obstacles.push({
      kind: 'not-among-best',
      rank: place + 1,
      lowestScore: asDecimal(lowest),
      missing: asDecimal(lowest - score),
    });
  }
  const vias = (await readVias(graph, onlyUser(user), shared.busy as bigint[]))[0]?.others ?? [];
  const circleOf = await circlesAround(graph, run, rec, terms);
  const ofSource = async ({ via, source }: { via: bigint; source: number }) => {
    if (source === 0) return { source: 'circle' as const, rank: vias.indexOf(via) + 1, ...circleOf(via) };
    if (source === 1) return { source: 'popular' as const, rank: (shared.popular as bigint[]).indexOf(rec) + 1 };
    const step = { from: recId, to: userId, rank: 0, weight: '' };
    const [complete] = await stepsWithActivities(graph, run, [step]);
    return { source: 'engages-with-you' as const, activities: complete?.activities ?? [] };
  };
  const sorted = terms.sort((a, b) => Number(b.units - a.units));
  return {
    userId,
    recId,
    run,
    recommended: obstacles.length === 0,
    score: asDecimal(score),
    obstacles,
    rank: place < 0 ? undefined : place + 1,
    vias: vias.length,
    terms: await Promise.all(
      sorted.map(async (term) => ({ ...(await ofSource(term)), weight: asDecimal(term.units) })),
    ),
  };
}

/** Who is around the vias of a candidate's terms, and how they voted for the candidate. */
async function circlesAround(
  graph: Graph,
  run: RunFacts,
  recId: bigint,
  terms: readonly { via: bigint; source: number }[],
): Promise<(via: bigint) => Pick<CircleTerm, 'via' | 'members' | 'lately' | 'before'>> {
  const { rows } = await graph.read<{ via: bigint; members: bigint[]; votes: bigint[] }>('cypher/show/circle.cypher', {
    vias: terms.filter(({ source }) => source === 0).map(({ via }) => via),
    recId,
    asOf: BigInt(run.asOf),
    window: BigInt(run.settings.weighting.windowSeconds),
  });
  return (via) => {
    const { members = [], votes = [] } = rows.find((row) => row.via === via) ?? {};
    const voting = (vote: bigint) => members.filter((_, i) => votes[i] === vote).map(userIdOf);
    return { via: userIdOf(via), members: members.length, lately: voting(2n), before: voting(1n) };
  };
}
