import { decimalWeight } from './weights.ts';

/**
 * A user's list, whose order is the rank, as rows of a table in key order: user, other, weight, rank, as COPY takes
 * them.
 *
 * @param units weights in exact units
 * @param one the number of units in a weight of 1
 */
export function rankedRows(userId: bigint, list: readonly bigint[], units: readonly bigint[], one: bigint): string {
  let text = '';
  for (const i of inOrder(list, (a, b) => compare(list[a] as bigint, list[b] as bigint)))
    text += `${userId}\t${list[i]}\t${decimalWeight(units[i] as bigint, one)}\t${i + 1}\n`;
  return text;
}

/**
 * The reasons of a user's recommendations as rows of a table in key order: user, recommended, reason, weight.
 *
 * @param recs and vias, units: parallel lists, an entry for each reason
 */
export function reasonRows(
  userId: bigint,
  recs: readonly bigint[],
  vias: readonly bigint[],
  units: readonly bigint[],
  one: bigint,
): string {
  const byKey = (a: number, b: number) =>
    compare(recs[a] as bigint, recs[b] as bigint) || compare(vias[a] as bigint, vias[b] as bigint);
  let text = '';
  for (const i of inOrder(recs, byKey))
    text += `${userId}\t${recs[i]}\t${vias[i]}\t${decimalWeight(units[i] as bigint, one)}\n`;
  return text;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The indexes of a list, sorted. */
function inOrder(list: readonly bigint[], byIndex: (a: number, b: number) => number): number[] {
  return list.map((_, i) => i).sort(byIndex);
}
