import { isDeepStrictEqual } from 'node:util';
import { BadInputError } from '../errors.ts';
import { count } from '../figures.ts';
import { isoSeconds } from '../ingest/instant.ts';
import type { Report } from '../progress.ts';
import type { Share } from './cut.ts';
import type { EvaluatedNetwork } from './evaluated-network.ts';
import { type Judged, judge, type Variant } from './judge.ts';
import type { Plan } from './options.ts';
import { yardsticks } from './rankings.ts';
import { sampleOf } from './sample.ts';

/** What was known, what came of it, and who was judged by that. */
export interface Split {
  /** ISO 8601. */
  cut: string;
  /** Activities up to the cut, and after it. */
  before: number;
  after: number;
  /** Users with new partners: how many there are, and how many were drawn. */
  users: { all: number; drawn: number };
  /** Those of them who had done nothing up to the cut; they are judged apart. */
  cold: { all: number; drawn: number };
}

/** What a sweep found on the inner cut. */
export interface SweepResult extends Split {
  /** What was tried, the best first. */
  tried: Judged[];
}

export interface Evaluation extends Split {
  plan: Plan;
  /** The place in `judged` of the variant with which the others are compared. */
  reference: number;
  judged: Judged[];
  sweep: SweepResult | undefined;
  /** What the figures should not be read without, in sentences. */
  remarks: string[];
}

/** Later than any activity. */
export const endOfTime = 2 ** 50;

/**
 * Evaluates rankings by what users did after the cut; a sweep chooses on an inner cut, which sees nothing of that.
 *
 * @throws BadInputError if nobody has a new partner after the cut
 */
export async function evaluate(network: EvaluatedNetwork, plan: Plan, report?: Report): Promise<Evaluation> {
  const count = await network.activities(endOfTime);
  const cut = 'at' in plan.cut ? plan.cut.at : await network.instantAt(plan.cut.quantile, endOfTime);
  let sweep: SweepResult | undefined;
  let variants: readonly Variant[] = plan.variants;
  if (plan.grid.length > 0) {
    const before = await network.activities(cut);
    const share = 'at' in plan.cut ? { of: BigInt(before), all: BigInt(count) } : plan.cut.quantile;
    sweep = await sweepBefore(network, cut, share, plan, report);
    const { ranking, settings } = sweep.tried[0] as Judged;
    const isThere = variants.some((each) => isDeepStrictEqual(each, { ranking, settings }));
    if (!isThere) variants = [...variants, { ranking, settings }];
  }
  const split = await splitAt(network, cut, endOfTime, plan, report);
  const reference = Math.max(
    0,
    variants.findIndex(({ ranking }) => ranking === plan.ranking),
  );
  const judged = await judge(network, variants, { seed: plan.seed, reference, report });
  const remarks = [...rejectsOf(network), ...remarksOn(judged, reference)];
  return { plan, ...split, reference, judged, sweep, remarks };
}

/** Tries everything on what is known at the cut alone. */
async function sweepBefore(
  network: EvaluatedNetwork,
  cut: number,
  share: Share,
  plan: Plan,
  report?: Report,
): Promise<SweepResult> {
  const split = await splitAt(network, await network.instantAt(share, cut), cut, plan, report);
  const judged = await judge(network, plan.grid, {
    seed: plan.seed,
    reference: 0,
    onVariant: (done) => report?.({ doing: 'sweeping', share: (done + 1) / (plan.grid.length + 1) }),
  });
  // The first of equal ones stays first.
  const tried = judged.toSorted((a, b) => b.recall.mean - a.recall.mean || b.ndcg.mean - a.ndcg.mean);
  return { ...split, tried };
}

/**
 * Divides the activities at `cut`, draws users and says how many there are.
 *
 * @throws BadInputError if nobody has a new partner between `cut` and `end` (epoch seconds)
 */
export async function splitAt(
  network: EvaluatedNetwork,
  cut: number,
  end: number,
  { users: most, seed, exclude }: Plan,
  report?: Report,
): Promise<Split> {
  report?.({ doing: `dividing the activities at ${isoSeconds(cut)}` });
  const before = await network.activities(cut);
  const { warm, cold } = await network.split(cut, end);
  if (warm.length === 0)
    throw new BadInputError(
      `Nobody who did anything up to ${isoSeconds(cut)} has a new partner after it${end === endOfTime ? '' : ` and up to ${isoSeconds(end)}`}, ` +
        'so there is nothing to judge a ranking by: choose another cut, or a folder with more history.',
    );
  const drawn = { warm: sampleOf(warm, most, seed, 'users'), cold: sampleOf(cold, most, seed, 'cold users') };
  await network.draw([...drawn.warm, ...drawn.cold], exclude);
  return {
    cut: isoSeconds(cut),
    before,
    after: (await network.activities(end)) - before,
    users: { all: warm.length, drawn: drawn.warm.length },
    cold: { all: cold.length, drawn: drawn.cold.length },
  };
}

function rejectsOf({ files }: EvaluatedNetwork): string[] {
  const rejected = files.filter((file) => file.rejected > 0).map((file) => `${count(file.rejected)} of ${file.file}`);
  return rejected.length === 0 ? [] : [`Bad rows were left out: ${rejected.join(', ')}; \`kith ingest\` lists them.`];
}

/** Says so where users are better served by the same recommendations for everybody. */
export function remarksOn(judged: readonly Judged[], reference: number): string[] {
  const compared = judged[reference] as Judged;
  const better = judged
    .filter(({ ranking, recall }) => yardsticks.includes(ranking) && recall.low > compared.recall.high)
    .map(({ ranking }) => ranking);
  if (better.length === 0) return [];
  return [
    `On this network ${compared.ranking} finds fewer new partners than ${better.join(' and ')}: the same users, recommended to everybody, ` +
      'are better than its own. Choose another ranking, or other settings.',
  ];
}
