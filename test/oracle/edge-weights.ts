import { fixedPoint, halved, roundHalfUp } from './exact.ts';
import type { Activity, OracleOptions } from './network.ts';

/** user → engaged user → numerator; every weight is its numerator over the one denominator. */
export interface EdgeWeights {
  edges: Map<number, Map<number, bigint>>;
  denominator: bigint;
}

const nineDecimals = 10n ** 9n;

/**
 * The weights of the edges that the activities make.
 *
 * @param activities distinct, in the window, no self-activity, nobody suspended
 */
export function edgeWeights(activities: Activity[], options: OracleOptions): EdgeWeights {
  const sums = exactSums(activities, options);
  if (options.decay.kind === 'linear') return withoutZeros(sums);
  return withoutZeros({
    edges: mapEdges(sums.edges, (sum) => roundHalfUp(sum * nineDecimals, sums.denominator)),
    denominator: nineDecimals,
  });
}

/**
 * Whether some exponential sum lies so close to the middle between two 9-decimal numbers (a thousandth of their
 * distance) that adding the same weights as doubles might round it the other way.
 */
export function isNearRoundingBorder(activities: Activity[], options: OracleOptions): boolean {
  if (options.decay.kind === 'linear') return false;
  const { edges, denominator } = exactSums(activities, options);
  for (const engagedUsers of edges.values())
    for (const sum of engagedUsers.values()) {
      const thousandths = (((sum * nineDecimals) % denominator) * 1000n) / denominator;
      if (thousandths >= 499n && thousandths <= 500n) return true;
    }
  return false;
}

/** The sums before any rounding. */
function exactSums(activities: Activity[], options: OracleOptions): EdgeWeights {
  const edges = new Map<number, Map<number, bigint>>();
  for (const activity of activities) {
    const engagedUsers = edges.get(activity.user) ?? new Map<number, bigint>();
    edges.set(activity.user, engagedUsers);
    const sum = engagedUsers.get(activity.engaged) ?? 0n;
    engagedUsers.set(activity.engaged, sum + activityWeight(activity, options));
  }
  const ageZero = options.decay.kind === 'linear' ? BigInt(options.windowSeconds) : fixedPoint;
  return { edges, denominator: 1000n * ageZero };
}

/** base × (1 − age / window) in units of a thousandth of 1 / window, or base × 2^(−age / half-life) in fixed point. */
function activityWeight(activity: Activity, options: OracleOptions): bigint {
  const base = BigInt(options.bases[activity.type]);
  const age = options.asOf - activity.at;
  if (options.decay.kind === 'linear') return base * BigInt(options.windowSeconds - age);
  return base * halved(age, options.decay.halfLifeSeconds);
}

function withoutZeros({ edges, denominator }: EdgeWeights): EdgeWeights {
  for (const engagedUsers of edges.values())
    for (const [engaged, weight] of engagedUsers) if (weight === 0n) engagedUsers.delete(engaged);
  return { edges, denominator };
}

function mapEdges(edges: EdgeWeights['edges'], change: (weight: bigint) => bigint): EdgeWeights['edges'] {
  return new Map(
    [...edges].map(([user, engagedUsers]) => [
      user,
      new Map([...engagedUsers].map(([engaged, weight]) => [engaged, change(weight)])),
    ]),
  );
}
