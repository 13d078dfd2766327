import type { StepState } from '../jobs/attempt.ts';
import type { RunWithSteps } from '../jobs/runs-with-steps.ts';
import type { StepName } from '../jobs/step-name.ts';

/** A step's position on the time axis, as shares of its length. */
export interface Bar {
  name: StepName;
  /** Undefined if the step has not begun; it then has no width. */
  step?: StepState;
  left: number;
  width: number;
  milliseconds: number;
}

/** The steps of a run on a time axis. */
export interface Timeline {
  /** Length of the axis. */
  milliseconds: number;
  /** One for each step of the run, in the order of the pipeline. */
  bars: Bar[];
  ticks: { at: number; milliseconds: number }[];
}

const mostTicks = 6;
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
/** Natural distances between ticks. */
const distances = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * second),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * minute),
  ...[1, 2, 3, 6, 12].map((hours) => hours * hour),
];

/** When each step of a run took place; a running one reaches up to `now`, in epoch milliseconds. */
export function timelineOf({ steps, consistsOf, startedAt, finishedAt }: RunWithSteps, now: number): Timeline {
  const spans = steps.map((step) => ({ step, ...spanOf(step, now) }));
  const starts = spans.map(({ from }) => from);
  if (startedAt !== null) starts.push(Date.parse(startedAt));
  const ends = spans.map(({ to }) => to);
  if (finishedAt !== null) ends.push(Date.parse(finishedAt));
  else if (startedAt !== null) ends.push(now);
  const start = Math.min(...starts, ...ends);
  const milliseconds = starts.length === 0 ? 0 : Math.max(1, Math.max(...ends) - start);
  const bars = consistsOf.map((name): Bar => {
    const span = spans.find(({ step }) => step.name === name);
    if (!span) return { name, left: 0, width: 0, milliseconds: 0 };
    const length = span.to - span.from;
    return {
      name,
      step: span.step,
      left: (span.from - start) / milliseconds,
      width: length / milliseconds,
      milliseconds: length,
    };
  });
  return { milliseconds, bars, ticks: ticksOf(milliseconds) };
}

function spanOf({ status, startedAt, finishedAt }: StepState, now: number): { from: number; to: number } {
  const from = Date.parse(startedAt);
  const isOver = status === 'done' || status === 'failed';
  const to = isOver && finishedAt !== null ? Date.parse(finishedAt) : now;
  return { from, to: Math.max(from, to) };
}

function ticksOf(milliseconds: number): Timeline['ticks'] {
  if (milliseconds === 0) return [];
  const distance =
    distances.find((each) => milliseconds / each <= mostTicks) ?? Math.ceil(milliseconds / mostTicks / day) * day;
  const ticks: Timeline['ticks'] = [];
  for (let at = 0; at <= milliseconds; at += distance) ticks.push({ at: at / milliseconds, milliseconds: at });
  return ticks;
}
