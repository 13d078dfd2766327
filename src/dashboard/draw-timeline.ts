import { several } from '../figures.ts';
import { type Html, html } from '../html.ts';
import type { RunWithSteps } from '../jobs/runs-with-steps.ts';
import { amountText, asOfText, clockText, duration } from './format.ts';
import { type Bar, type Timeline, timelineOf } from './timeline.ts';

const laneHeight = 52;
const barTop = 24;
const barHeight = 10;
const axisHeight = 22;
const smallLane = 6;
/** The smallest visible bar, as a share of the axis. */
const leastWidth = 0.004;

/**
 * The steps of a run as bars on a time axis, with names, times and rows. Positions along the axis are percentages, so
 * text keeps its size on any screen.
 */
export function drawTimeline(run: RunWithSteps, now: number): Html {
  const timeline = timelineOf(run, now);
  const lanes = timeline.bars.length * laneHeight;
  return html`<svg class="timeline" role="img" width="100%" height="${lanes + axisHeight}">
  <title>${describe(run, timeline)}</title>
  ${hatching}
  <g class="grid">${timeline.ticks.map(
    ({ at }) => html`<line x1="${percentage(at)}" x2="${percentage(at)}" y1="0" y2="${lanes}"/>`,
  )}</g>
  ${timeline.bars.map((bar, i) => lane(bar, i * laneHeight))}
  <g class="axis">${timeline.ticks.map(
    ({ at, milliseconds }) =>
      html`<text x="${percentage(at)}" y="${lanes + 15}" text-anchor="${anchorOf(at)}">${tickText(milliseconds)}</text>`,
  )}</g>
</svg>`;
}

/** The same without text, to fit into a table row. */
export function drawSmallTimeline(run: RunWithSteps, now: number): Html {
  const timeline = timelineOf(run, now);
  return html`<svg class="timeline small" role="img" width="100%" height="${timeline.bars.length * smallLane}">
  <title>${describe(run, timeline)}</title>
  ${timeline.bars.map((bar, i) => bar.step && rectangle(bar, i * smallLane, smallLane - 2))}
</svg>`;
}

/** The steps of a run as a picture, and why steps are waiting. */
export function showSteps(run: RunWithSteps, now: number, timeZone: string): Html {
  const held = run.steps.filter(({ status }) => status === 'waiting');
  return html`<div>${drawTimeline(run, now)}${held.map(
    ({ name, error, retryAt }) =>
      html`<p class="held"><strong>${name} waits:</strong> ${error}${retryAt && ` Next try at ${clockText(retryAt, timeZone)}.`}</p>`,
  )}</div>`;
}

/** The state of a step as text. */
export function stateText({ step, milliseconds }: Bar): string {
  if (!step) return 'not begun';
  const amount = amountText(step);
  const attempts = step.attempts > 1 && several(step.attempts, 'attempt');
  const state = step.status === 'done' ? undefined : step.status;
  return [state, duration(milliseconds), amount, attempts].filter(Boolean).join(' · ');
}

function lane(bar: Bar, top: number): Html {
  const status = bar.step?.status ?? 'absent';
  return html`<g class="lane ${status}">
    <text class="name" x="0" y="${top + 15}">${bar.name}</text>
    <text class="state" x="100%" y="${top + 15}" text-anchor="end">${stateText(bar)}</text>
    <rect class="track" x="0" y="${top + barTop}" width="100%" height="${barHeight}" rx="${barHeight / 2}"/>
    ${bar.step && rectangle(bar, top + barTop, barHeight)}
  </g>`;
}

function rectangle(bar: Bar, top: number, height: number): Html {
  const width = Math.max(bar.width, leastWidth);
  const left = Math.min(bar.left, 1 - width);
  const status = bar.step?.status ?? 'absent';
  const place = html`x="${percentage(left)}" y="${top}" width="${percentage(width)}" height="${height}" rx="${height / 2}"`;
  return html`<g class="bar ${bar.name} ${status}" data-step="${bar.name}"><title>${bar.name}: ${stateText(bar)}</title><rect class="fill" ${place}/>${
    (status === 'waiting' || status === 'running') && html`<rect class="hatch" ${place}/>`
  }</g>`;
}

/** Distinguishes unfinished steps without relying on colour. */
const hatching = html`<defs><pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="stripe" width="3" height="7"/></pattern></defs>`;

function describe(run: RunWithSteps, { milliseconds, bars }: Timeline): string {
  const steps = bars.map((bar) => `${bar.name} ${stateText(bar)}`);
  const took = milliseconds === 0 ? '' : `, ${duration(milliseconds)}`;
  return `Steps of the run as of ${asOfText(run.asOf)}, ${run.status}${took}: ${steps.join('; ')}`;
}

function tickText(milliseconds: number): string {
  return milliseconds === 0 ? '0' : duration(milliseconds).replace('.0 s', ' s');
}

function anchorOf(at: number): 'start' | 'middle' | 'end' {
  if (at < 0.02) return 'start';
  return at > 0.97 ? 'end' : 'middle';
}

function percentage(share: number): string {
  return `${Number((share * 100).toFixed(3))}%`;
}
