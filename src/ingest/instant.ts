const iso = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?(?:Z|([+-])(\d\d)(?::?(\d\d))?)?)?$/;

/**
 * Epoch seconds of `YYYY-MM-DD HH:MM:SS` or an ISO 8601 date and time: with `T` or a space; seconds and their fraction
 * are optional; the zone is `Z`, ±HH, ±HHMM or ±HH:MM, by default UTC; a date alone means its midnight.
 * Fractions are cut off. Undefined for any other text, or if the date, time or zone doesn't exist (24:00 and second 60
 * don't).
 */
export function parseInstant(text: string): number | undefined {
  const found = iso.exec(text);
  if (!found) return undefined;
  const [, year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, sign, zoneHours = 0, zoneMinutes = 0] =
    found;
  const local = epochSeconds(+year, +month, +day, +hour, +minute, +second);
  if (Number.isNaN(local) || +zoneHours > 23 || +zoneMinutes > 59) return undefined;
  const offset = +zoneHours * 3600 + +zoneMinutes * 60;
  return sign === '-' ? local + offset : local - offset;
}

/** Epoch seconds as ISO 8601, UTC: `2024-06-01T00:00:00Z`. */
export function isoSeconds(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

/**
 * Like {@link parseInstant}, for a field's bytes, with NaN instead of undefined. Allocates nothing for `YYYY-MM-DD
 * HH:MM:SS`.
 */
export function instantOfBytes(bytes: Buffer, from: number, to: number): number {
  const separator = bytes[from + 10];
  if (
    to - from !== 19 ||
    (separator !== 0x20 && separator !== 0x54) ||
    bytes[from + 4] !== 0x2d ||
    bytes[from + 7] !== 0x2d ||
    bytes[from + 13] !== 0x3a ||
    bytes[from + 16] !== 0x3a
  )
    return parseInstant(bytes.toString('latin1', from, to)) ?? Number.NaN;
  return epochSeconds(
    twoDigits(bytes, from) * 100 + twoDigits(bytes, from + 2),
    twoDigits(bytes, from + 5),
    twoDigits(bytes, from + 8),
    twoDigits(bytes, from + 11),
    twoDigits(bytes, from + 14),
    twoDigits(bytes, from + 17),
  );
}

/** NaN, which later sums and comparisons preserve, unless both are digits. */
function twoDigits(bytes: Buffer, at: number): number {
  const tens = (bytes[at] as number) - 0x30;
  const ones = (bytes[at + 1] as number) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

function epochSeconds(year: number, month: number, day: number, hour: number, minute: number, second: number): number {
  const exists =
    year >= 0 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    (day <= 28 || day <= daysInMonth(year, month)) &&
    hour <= 23 &&
    minute <= 59 &&
    second <= 59;
  return exists ? daysFromCivil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second : Number.NaN;
}

function daysInMonth(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

/**
 * Days since 1970-01-01 in the Gregorian calendar: `days_from_civil` of Howard Hinnant's
 * "chrono-Compatible Low-Level Date Algorithms", where a year begins in March.
 */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
