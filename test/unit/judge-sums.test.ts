import type { Weighting } from '../../src/config/settings.ts';
import { BadInputError } from '../../src/errors.ts';
import { judgeSums } from '../../src/graph/judge-sums.ts';

const linear: Weighting = {
  windowSeconds: 90 * 86_400,
  decay: { kind: 'linear' },
  bases: { follow: 1000, reply: 1000, like: 1000, mention: 1000 },
  minReputation: 0.5,
};

test('sums of a billion activities of base 1 in 90 days are exact', () => {
  expect(() => judgeSums(linear, 1_000_000_000)).not.toThrow();
});

test('the last sum below 2^63 is exact, and the next one is refused', () => {
  const heavy = { ...linear, windowSeconds: 2 ** 23, bases: { ...linear.bases, like: 2 ** 20 } };
  expect(() => judgeSums(heavy, 2 ** 20 - 1)).not.toThrow();
  expect(() => judgeSums(heavy, 2 ** 20)).toThrow(BadInputError);
  expect(() => judgeSums(heavy, 2 ** 20)).toThrow(
    /^With KITH_BASE_LIKE=1048\.576 and a window of 97\.\d+ days, the weights of 1,048,576 activities/,
  );
});

test('with exponential decay, a short window has the units of 1e-9, a long one the seconds of recent engagement', () => {
  const decay = { kind: 'exponential', halfLifeSeconds: 86_400 } as const;
  const short = { ...linear, decay, windowSeconds: 1, bases: { ...linear.bases, reply: 1_000_000 } };
  expect(() => judgeSums(short, 9_223_372)).not.toThrow();
  expect(() => judgeSums(short, 9_223_373)).toThrow(/KITH_BASE_REPLY=1000 /);
  expect(() => judgeSums({ ...short, windowSeconds: 2_000_000 }, 9_223_372)).toThrow(BadInputError);
});
