import { BadInputError, inQuotes } from '../errors.ts';
import { epochSeconds } from './calendar.ts';

/**
 * How the times of a file are written: as a text, each in any form that {@link instantOfText} knows; as a number, whose
 * last `cut` digits are fractions of a second; or by a pattern of a mapping.
 */
export type TimeForm = { kind: 'text' } | { kind: 'epoch'; cut: 0 | 3 | 6 | 9 } | { kind: 'pattern'; pattern: string };

export const textTimes: TimeForm = { kind: 'text' };

const units = { 0: 'seconds', 3: 'milliseconds', 6: 'microseconds', 9: 'nanoseconds' } as const;

/** For a person, e.g. `epoch milliseconds`; undefined for texts, which need no mention. */
export function timesFound(times: TimeForm): string | undefined {
  if (times.kind === 'text') return undefined;
  return times.kind === 'epoch' ? `epoch ${units[times.cut]}` : `times as ${times.pattern}`;
}

const zone = '(?: ?(Z|UTC|GMT|[+-]\\d\\d(?::?\\d\\d)?))?';
const clock = '(\\d\\d):(\\d\\d)(?::(\\d\\d)(?:[.,]\\d+)?)?';
const weekday = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const monthName = '(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

/** What the groups of a form are, in their order. */
type Part = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'zone' | 'separator' | 'half';
const form = (pattern: string, parts: string): { pattern: RegExp; parts: Part[] } => ({
  pattern: new RegExp(`^${pattern}$`, 'i'),
  parts: parts.split(' ') as Part[],
});
const forms = [
  form(`(\\d{4})([-/])(\\d\\d)\\2(\\d\\d)(?:[T ]${clock}${zone})?`, 'year separator month day hour minute second zone'),
  form(
    `(\\d{4})(\\d\\d)(\\d\\d)(?:T(\\d\\d)(\\d\\d)(?:(\\d\\d)(?:[.,]\\d+)?)?${zone})?`,
    'year month day hour minute second zone',
  ),
  // Twitter's, and that of `date`.
  form(`${weekday} ${monthName} +(\\d\\d?) ${clock}${zone} (\\d{4})`, 'month day hour minute second zone year'),
  // That of mails and of HTTP.
  form(`(?:${weekday}, )?(\\d\\d?) ${monthName} (\\d{4}) ${clock}${zone}`, 'day month year hour minute second zone'),
];

/** Epoch seconds of a time that is written in a usual form; undefined if it isn't, NaN if there is no such time. */
export function instantOfText(text: string): number | undefined {
  for (const { pattern, parts } of forms) {
    const found = pattern.exec(text);
    if (found) return instantOfParts(found.slice(1), parts);
  }
  return undefined;
}

function instantOfParts(values: readonly (string | undefined)[], parts: readonly Part[]): number {
  const of = (part: Part) => values[parts.indexOf(part)];
  const month = of('month') ?? '1';
  const monthNumber = /\d/.test(month) ? +month : months.indexOf(month.toLowerCase()) + 1;
  const [year, day, hour, minute, second] = (['year', 'day', 'hour', 'minute', 'second'] as const).map(
    (part) => +(of(part) ?? 0),
  ) as [number, number, number, number, number];
  const hourOfDay = parts.includes('half') ? hourOfHalf(hour, of('half')) : hour;
  return epochSeconds(year, monthNumber, day, hourOfDay, minute, second) - zoneSeconds(of('zone'));
}

/** 12 AM is midnight; NaN if there is no such hour. */
function hourOfHalf(hour: number, half: string | undefined): number {
  if (hour < 1 || hour > 12) return Number.NaN;
  return (hour % 12) + (half?.toLowerCase() === 'pm' ? 12 : 0);
}

/** How far a zone is ahead of UTC; NaN if there is no such zone. */
function zoneSeconds(text: string | undefined): number {
  const [, sign, hours = 0, minutes = 0] = /^([+-])(\d\d):?(\d\d)?$/.exec(text ?? '') ?? [];
  if (+hours > 23 || +minutes > 59) return Number.NaN;
  return (sign === '-' ? -1 : 1) * (+hours * 3600 + +minutes * 60);
}

const number = /^(\d+)(?:[.,]\d*)?$/;

/** By the magnitude of a number, what it counts; undefined if it can't be an instant between 1973 and 5138. */
export function epochOf(text: string): TimeForm | undefined {
  const digits = number.exec(text)?.[1]?.replace(/^0+/, '').length ?? 0;
  if (digits >= 9 && digits <= 11) return { kind: 'epoch', cut: 0 };
  if (digits >= 12 && digits <= 14) return { kind: 'epoch', cut: 3 };
  if (digits >= 15 && digits <= 17) return { kind: 'epoch', cut: 6 };
  return digits === 18 || digits === 19 ? { kind: 'epoch', cut: 9 } : undefined;
}

/**
 * The form that most of some times have; undefined if none of them has any. Texts that say a time that doesn't exist
 * count: they have a form.
 */
export function commonTimes(samples: readonly string[]): TimeForm | undefined {
  const found = new Map<string, { form: TimeForm; count: number }>();
  for (const sample of samples) {
    const one = instantOfText(sample) === undefined ? epochOf(sample) : textTimes;
    if (!one) continue;
    const key = JSON.stringify(one);
    found.set(key, { form: one, count: (found.get(key)?.count ?? 0) + 1 });
  }
  return [...found.values()].sort((a, b) => b.count - a.count)[0]?.form;
}

/** From so many rows on, rows that are all alike wrong are a wrong file. */
export const someRows = 3;

/** @throws BadInputError if there are some times, none of which has a form */
export function refuseUnknownTimes(samples: readonly string[], path: string): void {
  if (samples.length < someRows || commonTimes(samples)) return;
  throw new BadInputError(
    `${path} has times such as ${inQuotes(samples.slice(0, 1).map((time) => time.slice(0, 255)))}, in no form that Kith knows: write them as 2024-05-30 07:00:00, or say ` +
      'how they are written under "time:" in kith.mapping.yaml, such as time: DD/MM/YYYY HH:mm.',
  );
}

/** Epoch seconds of a time that is written as the form says; NaN if it isn't. */
export function instantBy(times: TimeForm, text: string): number {
  if (times.kind === 'text') return instantOfText(text) ?? Number.NaN;
  if (times.kind === 'pattern') return instantOfPattern(times.pattern, text) ?? Number.NaN;
  const whole = number.exec(text)?.[1];
  if (whole === undefined || whole.length <= times.cut || whole.length > 25) return Number.NaN;
  return Number(whole.slice(0, whole.length - times.cut));
}

/** Why a time, named `name`, can't be read. */
export function timeReason(times: TimeForm, text: string, name: string): string {
  if (text === '') return `${name} is empty`;
  if (times.kind === 'epoch') return `${name} is not in ${timesFound(times)}, as this file's times are`;
  const instant = times.kind === 'text' ? instantOfText(text) : instantOfPattern(times.pattern, text);
  if (instant !== undefined) return `${name} does not exist`;
  if (times.kind === 'pattern') return `${name} is not written as ${times.pattern}`;
  return epochOf(text)
    ? `${name} is a number, unlike the first times of this file`
    : `${name} is not a time Kith knows`;
}

const patternParts: Readonly<Record<string, [Part, string]>> = {
  YYYY: ['year', '(\\d{4})'],
  MMM: ['month', monthName],
  MM: ['month', '(\\d\\d)'],
  M: ['month', '(\\d\\d?)'],
  DD: ['day', '(\\d\\d)'],
  D: ['day', '(\\d\\d?)'],
  HH: ['hour', '(\\d\\d)'],
  H: ['hour', '(\\d\\d?)'],
  hh: ['hour', '(\\d\\d)'],
  h: ['hour', '(\\d\\d?)'],
  A: ['half', '(AM|PM)'],
  mm: ['minute', '(\\d\\d)'],
  ss: ['second', '(\\d\\d)'],
  Z: ['zone', '(Z|UTC|GMT|[+-]\\d\\d(?::?\\d\\d)?)'],
};
const compiled = new Map<string, { pattern: RegExp; parts: Part[] }>();

/** Whether a pattern of a mapping, such as `DD/MM/YYYY HH:mm`, says the day. */
export function isPattern(pattern: string): boolean {
  const { parts } = compile(pattern);
  return (['year', 'month', 'day'] as const).every((part) => parts.filter((one) => one === part).length === 1);
}

function instantOfPattern(pattern: string, text: string): number | undefined {
  const { pattern: expression, parts } = compile(pattern);
  const found = expression.exec(text);
  return found ? instantOfParts(found.slice(1), parts) : undefined;
}

function compile(pattern: string): { pattern: RegExp; parts: Part[] } {
  const known = compiled.get(pattern);
  if (known) return known;
  const parts: Part[] = [];
  const expression = pattern.replace(/YYYY|MMM|MM|M|DD|D|HH|H|hh|h|A|mm|ss|S+|Z|./gsu, (piece) => {
    if (/^S+$/.test(piece)) return '\\d+';
    const [part, group] = patternParts[piece] ?? [];
    if (part === undefined || group === undefined) return piece.replace(/[^\w\s]/, '\\$&');
    parts.push(part);
    return group;
  });
  const made = { pattern: new RegExp(`^${expression}$`, 'i'), parts };
  compiled.set(pattern, made);
  return made;
}
