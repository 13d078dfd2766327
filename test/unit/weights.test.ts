import fc from 'fast-check';
import type { Weighting } from '../../src/config/settings.ts';
import { decimalWeight, unitsOfDecimal, weightUnits } from '../../src/graph/weights.ts';

const weighting = (decay: Weighting['decay']): Weighting => ({
  windowSeconds: 7_776_000,
  decay,
  bases: { follow: 1000, reply: 1000, like: 1000, mention: 1000 },
  minReputation: 0.5,
});

test('a weight of 1 is the window in thousandths of seconds, or a thousand million when decay is exponential', () => {
  expect(weightUnits(weighting({ kind: 'linear' }))).toBe(7_776_000_000n);
  expect(weightUnits(weighting({ kind: 'exponential', halfLifeSeconds: 60 }))).toBe(1_000_000_000n);
});

test.each([
  [0n, 3n, '0.000000000000'],
  [1n, 3n, '0.333333333333'],
  [2n, 3n, '0.666666666667'],
  [3n, 3n, '1.000000000000'],
  [1n, 7_776_000_000n, '0.000000000129'],
  // Halves go up: 5e-13 and just below it.
  [1n, 2_000_000_000_000n, '0.000000000001'],
  [999_999n, 2_000_000_000_000_000_000n, '0.000000000000'],
  [1_999_999_999_999n, 2_000_000_000_000n, '1.000000000000'],
  [2n ** 63n - 1n, 7_776_000_000n, '1186133235.192229399048'],
])('%d units of %d are %s', (units, one, text) => {
  expect(decimalWeight(units, one)).toBe(text);
});

test('units come back exactly from a weight as written, if a million million of them are 1 at most', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 63n }), fc.bigInt({ min: 1n, max: 10n ** 12n - 1n }), (units, one) => {
      expect(unitsOfDecimal(decimalWeight(units, one), one)).toBe(units);
    }),
  );
});

test('a weight as written is never more than half a unit of its last place from the exact one', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 63n }), fc.bigInt({ min: 1n, max: 10n ** 16n }), (units, one) => {
      const text = decimalWeight(units, one);
      expect(text).toMatch(/^\d+\.\d{12}$/);
      const twice = 2n * (BigInt(text.replace('.', '')) * one - units * 10n ** 12n);
      expect(twice > -one && twice <= one).toBe(true);
    }),
  );
});
