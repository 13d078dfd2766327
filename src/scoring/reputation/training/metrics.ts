/** A probability and what was true. */
export interface Judged {
  probability: number;
  isGood: boolean;
}

/** A point of the curve of receiver operating characteristics. */
export interface RocPoint {
  falsePositiveRate: number;
  truePositiveRate: number;
}

/** Users or weeks of about the same probability: what was said of them on average, and how many are good in fact. */
export interface CalibrationBin {
  predicted: number;
  observed: number;
  count: number;
}

/** Users and the mean probability of their weeks. */
export function byUser(weeks: readonly Judged[], users: readonly number[]): Judged[] {
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
 * The chance that a good one has a higher probability than another, ties counting half: the area under the ROC curve, by ranks
 * (Mann and Whitney). NaN unless there are some of both.
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

/** Precision averaged over the recall steps, equal probabilities being one step: scikit-learn's average_precision_score. */
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

/** Ten bins of equal width; empty ones are left out. Each one's weight says how much it counts in `observed`. */
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

/** Every threshold from high to low: how many pass, how many good ones among them, and how many of those are new. */
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
