import fc from 'fast-check';
import {
  areaUnderRoc,
  averagePrecision,
  calibration,
  type Judged,
  rocCurve,
} from '../../src/scoring/reputation/training/metrics.ts';

const judged = (...pairs: [number, boolean][]): Judged[] =>
  pairs.map(([probability, isGood]) => ({ probability, isGood }));

const arbitrary = fc
  .array(fc.record({ probability: fc.integer({ min: 0, max: 8 }).map((n) => n / 8), isGood: fc.boolean() }), {
    minLength: 2,
    maxLength: 40,
  })
  .filter((all) => all.some(({ isGood }) => isGood) && all.some(({ isGood }) => !isGood));

describe('the area under the ROC curve', () => {
  test('is 1 if every good one is above every other, 0 the other way round, a half by chance', () => {
    expect(areaUnderRoc(judged([0.9, true], [0.8, true], [0.1, false]))).toBe(1);
    expect(areaUnderRoc(judged([0.1, true], [0.8, false]))).toBe(0);
    expect(areaUnderRoc(judged([0.5, true], [0.5, false]))).toBe(0.5);
  });

  test('is the share of pairs in the right order, ties counting half', () => {
    fc.assert(
      fc.property(arbitrary, (all) => {
        let right = 0;
        let pairs = 0;
        for (const good of all.filter(({ isGood }) => isGood))
          for (const other of all.filter(({ isGood }) => !isGood)) {
            pairs++;
            right += good.probability > other.probability ? 1 : good.probability === other.probability ? 0.5 : 0;
          }
        expect(areaUnderRoc(all)).toBeCloseTo(right / pairs, 12);
      }),
    );
  });

  test('is the area under the curve that is drawn', () => {
    fc.assert(
      fc.property(arbitrary, (all) => {
        const points = rocCurve(all);
        expect(points.at(-1)).toEqual({ falsePositiveRate: 1, truePositiveRate: 1 });
        let area = 0;
        for (let i = 1; i < points.length; i++) {
          const [a, b] = [points[i - 1], points[i]] as [(typeof points)[0], (typeof points)[0]];
          area += ((b.falsePositiveRate - a.falsePositiveRate) * (a.truePositiveRate + b.truePositiveRate)) / 2;
        }
        expect(area).toBeCloseTo(areaUnderRoc(all), 12);
      }),
    );
  });
});

test('average precision is that of scikit-learn', () => {
  // average_precision_score([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), and one with ties.
  expect(averagePrecision(judged([0.1, false], [0.4, false], [0.35, true], [0.8, true]))).toBeCloseTo(0.8333333, 6);
  expect(averagePrecision(judged([0.5, true], [0.5, false], [0.5, false], [0.9, true]))).toBeCloseTo(0.75, 12);
});

test('calibration weighs the classes and leaves empty bins out', () => {
  const all = judged([0.95, true], [0.92, false], [0.92, false], [0.05, false], [1, true]);
  const bins = calibration(all, (isGood) => (isGood ? 1 / 2 : 1 / 3));
  expect(bins).toHaveLength(2);
  expect(bins[0]).toEqual({ predicted: expect.closeTo(0.05), observed: 0, count: 1 });
  expect(bins[1]?.observed).toBeCloseTo(1 / (1 + 2 / 3), 12);
  expect(bins[1]?.count).toBe(4);
});
