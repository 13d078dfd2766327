import { type Html, html } from '../html.ts';
import { colourOf, picture, roundTicks, tenths } from './picture.ts';

/** Dots with intervals, side by side. */
export interface DotChart {
  title: string;
  /** What a dot's place means. */
  unit: string;
  series: string[];
  rows: DotRow[];
}

export interface DotRow {
  name: string;
  /** One for each series; undefined leaves a gap. */
  dots: (Dot | undefined)[];
}

/** A value from 0 up, and the interval around it, if one is known. */
export interface Dot {
  value: number;
  low?: number;
  high?: number;
}

const width = 860;
const plot = { left: 250, right: 830, top: 46 };
const lane = 13;
const gap = 12;

/** The chart as SVG, for a page or a file of its own. */
export function drawDots({ title, unit, series, rows }: DotChart): Html {
  const most = Math.max(
    1e-9,
    ...rows.flatMap(({ dots }) => dots.map((dot) => dot?.high ?? dot?.value ?? 0)).filter(Number.isFinite),
  );
  const ticks = roundTicks(most);
  const x = (value: number) => tenths(plot.left + (value / (ticks.at(-1) as number)) * (plot.right - plot.left));
  const rowHeight = series.length * lane + gap;
  const bottom = plot.top + rows.length * rowHeight;
  const legend = series.length > 1 ? series : [];
  const height = bottom + 44 + legend.length * 18;
  const drawn = html`<g stroke="#d8dee4">${ticks.map((tick) => html`<path d="M${x(tick)} ${plot.top}V${bottom}"/>`)}</g>
  <g fill="#57606a" text-anchor="middle">${ticks.map((tick) => html`<text x="${x(tick)}" y="${bottom + 18}">${tick}</text>`)}</g>
  <text x="${(plot.left + plot.right) / 2}" y="${bottom + 36}" text-anchor="middle" fill="#1f2328">${unit}</text>
  ${rows.map((row, i) => drawRow(row, plot.top + i * rowHeight, series, x))}
  ${legend.map((name, i) => html`<g><circle cx="${plot.left}" cy="${bottom + 52 + i * 18}" r="4" fill="${colourOf(i)}"/><text x="${plot.left + 12}" y="${bottom + 56 + i * 18}" fill="#1f2328">${name}</text></g>`)}`;
  return picture(title, width, height, drawn);
}

function drawRow({ name, dots }: DotRow, top: number, series: readonly string[], x: (value: number) => number): Html {
  const middle = top + gap / 2 + (series.length * lane) / 2;
  const drawn = dots.map((dot, i) => {
    if (!dot || !Number.isFinite(dot.value)) return undefined;
    const y = top + gap / 2 + i * lane + lane / 2;
    const { value, low, high } = dot;
    const tip = `${name}${series.length > 1 ? `, ${series[i]}` : ''}: ${value.toFixed(4)}`;
    return html`<g stroke="${colourOf(i)}" fill="${colourOf(i)}"><title>${tip}</title>${
      low !== undefined && high !== undefined && html`<path d="M${x(low)} ${y}H${x(high)}" stroke-width="2"/>`
    }<circle cx="${x(value)}" cy="${y}" r="4"/></g>`;
  });
  return html`<g><text x="${plot.left - 12}" y="${middle + 4}" text-anchor="end" fill="#1f2328">${name}</text>${drawn}</g>`;
}
