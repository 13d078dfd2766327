import type { Weighting } from '../config/settings.ts';

/** Decimal places of a published weight. */
const places = 12;
const scale = 10n ** BigInt(places);

/**
 * How many units make up a weight of 1. In the graph, weights are whole numbers of units, so that sums are exact:
 * thousandths of seconds for linear decay (bases have three places), 1e-9 for exponential decay.
 */
export function weightUnits(weighting: Weighting): bigint {
  return weighting.decay.kind === 'linear' ? BigInt(weighting.windowSeconds) * 1000n : 1_000_000_000n;
}

/** The units of a published weight; exact if 1e-12 is less than a unit, that is for windows up to 31 years. */
export function unitsOfDecimal(weight: string, unitsOfOne: bigint): bigint {
  return (BigInt(weight.replace('.', '')) * unitsOfOne + scale / 2n) / scale;
}

/**
 * round(units / unitsOfOne, 12) as a decimal text with 12 places, halves away from zero, exact for any size.
 *
 * @example decimalWeight(3_888_000_000n, 7_776_000_000n) // '0.500000000000'
 */
export function decimalWeight(units: bigint, unitsOfOne: bigint): string {
  const scaled = (2n * units * scale + unitsOfOne) / (2n * unitsOfOne);
  const digits = scaled.toString().padStart(places + 1, '0');
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}
