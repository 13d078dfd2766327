import { epochSeconds } from './calendar.ts';
import { instantBy, instantOfText, type TimeForm, textTimes } from './time-forms.ts';

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
 * The instant of a text in a file, for its bytes, see `time-forms.ts`; NaN if there is none. Allocates nothing for
 * `YYYY-MM-DD HH:MM:SS`.
 */
export function instantOfBytes(bytes: Buffer, from: number, to: number, times: TimeForm = textTimes): number {
  if (times.kind === 'epoch') return epochOfBytes(bytes, from, to, times.cut);
  if (times.kind === 'pattern') return instantBy(times, bytes.toString('latin1', from, to));
  const separator = bytes[from + 10];
  if (
    to - from !== 19 ||
    (separator !== 0x20 && separator !== 0x54) ||
    bytes[from + 4] !== 0x2d ||
    bytes[from + 7] !== 0x2d ||
    bytes[from + 13] !== 0x3a ||
    bytes[from + 16] !== 0x3a
  )
    return instantOfText(bytes.toString('latin1', from, to)) ?? Number.NaN;
  return epochSeconds(
    twoDigits(bytes, from) * 100 + twoDigits(bytes, from + 2),
    twoDigits(bytes, from + 5),
    twoDigits(bytes, from + 8),
    twoDigits(bytes, from + 11),
    twoDigits(bytes, from + 14),
    twoDigits(bytes, from + 17),
  );
}

/** Like {@link instantBy}: the digits before a point or comma, without the last `cut`. */
function epochOfBytes(bytes: Buffer, from: number, to: number, cut: number): number {
  const text = bytes.subarray(from, to);
  const point = Math.max(text.indexOf(0x2e), text.indexOf(0x2c));
  const end = point < 0 ? to : from + point;
  if (end - from <= cut || end - from > 25) return Number.NaN;
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = (bytes[at] as number) - 0x30;
    if (at !== end && (digit < 0 || digit > 9)) return Number.NaN;
    if (at < end - cut) value = value * 10 + digit;
  }
  return value;
}

/** NaN, which later sums and comparisons preserve, unless both are digits. */
function twoDigits(bytes: Buffer, at: number): number {
  const tens = (bytes[at] as number) - 0x30;
  const ones = (bytes[at + 1] as number) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}
