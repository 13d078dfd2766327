/** Fixed-point denominator of `halved`: a multiple of 2^60, so that the first 60 whole halvings are exact. */
export const fixedPoint = 10n ** 60n;

/** numerator / denominator rounded to a whole number, halves up; for numerator ≥ 0 and denominator > 0. */
export function roundHalfUp(numerator: bigint, denominator: bigint): bigint {
  return (2n * numerator + denominator) / (2n * denominator);
}

/** numerator / denominator as a decimal of exactly `places` decimals, halves up: `decimal(2n, 3n, 4)` is '0.6667'. */
export function decimal(numerator: bigint, denominator: bigint, places: number): string {
  const digits = roundHalfUp(numerator * 10n ** BigInt(places), denominator)
    .toString()
    .padStart(places + 1, '0');
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/** ln 2 · fixedPoint, by ln 2 = Σ 1 / (n · 2^n). */
const ln2 = (() => {
  let sum = 0n;
  for (let n = 1n; n <= 220n; n++) sum += fixedPoint / (n << n);
  return sum;
})();

/**
 * 2^(−age / halfLife) · fixedPoint: exact after up to 60 whole half-lives, elsewhere right to more than 50 decimals.
 *
 * @param age seconds, whole, ≥ 0
 * @param halfLife seconds, > 0
 */
export function halved(age: number, halfLife: number): bigint {
  const [top, bottom] = fraction(halfLife);
  const halvings = (BigInt(age) * bottom) / top;
  const rest = (BigInt(age) * bottom) % top;
  return expOfMinus((ln2 * rest) / top) >> halvings;
}

/** e^−y · fixedPoint for y given times fixedPoint, 0 ≤ y < 1: the power series, until its terms vanish. */
function expOfMinus(y: bigint): bigint {
  let sum = 0n;
  let term = fixedPoint;
  for (let n = 1n; term !== 0n; n++) {
    sum += term;
    term = (-term * y) / (fixedPoint * n);
  }
  return sum;
}

/** The exact fraction that a double is. */
function fraction(value: number): [top: bigint, bottom: bigint] {
  let bottom = 1n;
  let top = value;
  while (!Number.isInteger(top)) {
    top *= 2;
    bottom *= 2n;
  }
  return [BigInt(top), bottom];
}
