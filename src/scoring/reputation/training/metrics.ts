import type { UserId } from '../../../user-id.ts';

/** A probability and the truth. */
export interface Judged {
  probability: number;
  isGood: boolean;
}

/** A point on the ROC curve. */
export interface RocPoint {
  falsePositiveRate: number;
  truePositiveRate: number;
}

/** Users or weeks of about the same probability: the mean prediction, and how many are actually good. */
export interface CalibrationBin {
  predicted: number;
  observed: number;
  count: number;
}

/** Users and the mean probability of their weeks. */
export function byUser(weeks: readonly Judged[], users: readonly UserId[]): Judged[] {
  const sums = new Map<number, { sum: number; count: number; isGood: boolean }>();
  for (const [i, { probability, isGood }] of weeks.entries()) {
    const user = users[i] as number;
    const known = sums.get(user);
    if (!known) sums.set(user, { sum: probability, count: 1, isGood });
    else {
      known.sum += probability;
      known.count++;
    }
  }
  return [...sums.values()].map(({ sum, count, isGood }) => ({ probability: sum / count, isGood }));
}

/**
 * The chance that a good one has a higher probability than another, with ties counting half: the area under the ROC
 * curve, by ranks (Mann and Whitney). NaN unless there are both kinds.
 */
export function areaUnderRoc(judged: readonly Judged[]): number {
  const sorted = [...judged].sort((a, b) => a.probability - b.probability);
  let good = 0;
  let rankSum = 0;
  for (let i = 0; i < sorted.length; ) {
    let end = i;
    while (end < sorted.length && sorted[end]?.probability === sorted[i]?.probability) end++;
    const meanRank = (i + 1 + end) / 2;
    for (; i < end; i++) {
      if (!sorted[i]?.isGood) continue;
      good++;
      rankSum += meanRank;
    }
  }
  return (rankSum - (good * (good + 1)) / 2) / (good * (sorted.length - good));
}

/**
 * Precision averaged over the recall steps, with equal probabilities as one step: scikit-learn's
 * average_precision_score.
 */
export function averagePrecision(judged: readonly Judged[]): number {
  const good = judged.filter(({ isGood }) => isGood).length;
  let sum = 0;
  for (const { found, passed, step } of thresholds(judged)) sum += (step / good) * (found / passed);
  return sum;
}

/** The curve's corners, from (0, 0) to (1, 1). */
export function rocCurve(judged: readonly Judged[]): RocPoint[] {
  const good = judged.filter(({ isGood }) => isGood).length;
  const points = [{ falsePositiveRate: 0, truePositiveRate: 0 }];
  for (const { found, passed } of thresholds(judged))
    points.push({ falsePositiveRate: (passed - found) / (judged.length - good), truePositiveRate: found / good });
  return points;
}

/** Ten bins of equal width, without empty ones. Each item counts in `observed` by its weight. */
export function calibration(judged: readonly Judged[], weight: (isGood: boolean) => number): CalibrationBin[] {
  const bins = Array.from({ length: 10 }, () => ({ predicted: 0, good: 0, weight: 0, count: 0 }));
  for (const { probability, isGood } of judged) {
    const bin = bins[Math.min(9, Math.floor(probability * 10))];
    if (!bin) continue;
    bin.predicted += probability * weight(isGood);
    bin.weight += weight(isGood);
    bin.good += isGood ? weight(isGood) : 0;
    bin.count++;
  }
  return bins
    .filter(({ count }) => count > 0)
    .map((bin) => ({ predicted: bin.predicted / bin.weight, observed: bin.good / bin.weight, count: bin.count }));
}

/** For every threshold from high to low: how many pass, how many of them are good, and how many good ones are new. */
function* thresholds(judged: readonly Judged[]): Generator<{ passed: number; found: number; step: number }> {
  const sorted = [...judged].sort((a, b) => b.probability - a.probability);
  let found = 0;
  for (let i = 0; i < sorted.length; ) {
    const { probability } = sorted[i] as Judged;
    const before = found;
    for (; sorted[i]?.probability === probability; i++) if (sorted[i]?.isGood) found++;
    yield { passed: i, found, step: found - before };
  }
}
