import { several } from '../figures.ts';
import type { StepState } from '../jobs/attempt.ts';
import type { RunWithSteps } from '../jobs/runs-with-steps.ts';
import type { StepName } from '../jobs/step-name.ts';

/** A short number for an axis: 950, 12k, 1.3M. */
export function shortCount(value: number): string {
  return new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 }).format(value);
}

/** Milliseconds as a duration: `85 ms`, `1.5 s`, `12 s`, `3 min 5 s`, `1 h 12 min`, `2 d 3 h`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const [size, large, small] =
    whole < 3600
      ? ([60, 'min', 's'] as const)
      : whole < 86_400
        ? ([3600, 'h', 'min'] as const)
        : ([86_400, 'd', 'h'] as const);
  const rest = Math.floor((whole % size) / (size === 86_400 ? 3600 : size === 3600 ? 60 : 1));
  return `${Math.floor(whole / size)} ${large}${rest === 0 ? '' : ` ${rest} ${small}`}`;
}

/** A share formatted as a percentage: `0.16 %`, `< 0.01 %`. */
export function percent(part: number, whole: number): string {
  if (part === 0 || whole === 0) return '0 %';
  const value = (part / whole) * 100;
  return value < 0.01 ? '< 0.01 %' : `${Number(value.toPrecision(2))} %`;
}

/** `1 June 2024`, and the time if it is not midnight: a run's as-of, in UTC. */
export function asOfText(asOf: string): string {
  const date = new Date(asOf);
  const day = date.toLocaleDateString('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'long', year: 'numeric' });
  const time = date.toISOString().slice(11, 19);
  return time === '00:00:00' ? day : `${day}, ${time} UTC`;
}

/** `1 Jun`, in UTC. */
export function shortDay(instant: string): string {
  return new Date(instant).toLocaleDateString('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short' });
}

/** `1 Jun 2024, 07:00:12` in a time zone. */
export function clockText(instant: string, timeZone: string): string {
  return new Date(instant).toLocaleString('en-GB', {
    timeZone,
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
}

/** What a step counts. */
const counted: Record<StepName, string> = {
  ingest: 'line',
  closest: 'user',
  reputation: 'score',
  recommend: 'row',
  compare: 'row',
  publish: 'row',
};

/** `12,345 lines`: how much a step processed. */
export function amountText({ name, rows }: StepState): string | undefined {
  return rows === null ? undefined : several(rows, counted[name]);
}

/** How long a run took, or has been running; undefined before it begins. */
export function runMilliseconds({ startedAt, finishedAt }: RunWithSteps, now: number): number | undefined {
  if (startedAt === null) return undefined;
  return Math.max(0, (finishedAt === null ? now : Date.parse(finishedAt)) - Date.parse(startedAt));
}
