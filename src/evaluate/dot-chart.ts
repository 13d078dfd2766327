import { type Html, html } from '../dashboard/html.ts';

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
const colours = ['#0969da', '#1a7f37', '#bc4c00', '#8250df', '#9a6700', '#6e7781', '#bf3989', '#cf222e'];

/** The chart as SVG, for a page or a file of its own. */
export function drawDots({ title, unit, series, rows }: DotChart): Html {
  const most = Math.max(
    1e-9,
    ...rows.flatMap(({ dots }) => dots.map((dot) => dot?.high ?? dot?.value ?? 0)).filter(Number.isFinite),
  );
  const ticks = ticksTo(most);
  const x = (value: number) => round(plot.left + (value / (ticks.at(-1) as number)) * (plot.right - plot.left));
  const rowHeight = series.length * lane + gap;
  const bottom = plot.top + rows.length * rowHeight;
  const legend = series.length > 1 ? series : [];
  const height = bottom + 44 + legend.length * 18;
  return html`<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 ${width} ${height}" width="100%" font-family="ui-sans-serif, Helvetica, Arial, sans-serif" font-size="13">
  <title>${title}</title>
  <rect width="${width}" height="${height}" fill="#ffffff"/>
  <text x="20" y="24" font-size="15" font-weight="600" fill="#1f2328">${title}</text>
  <g stroke="#d8dee4">${ticks.map((tick) => html`<path d="M${x(tick)} ${plot.top}V${bottom}"/>`)}</g>
  <g fill="#57606a" text-anchor="middle">${ticks.map((tick) => html`<text x="${x(tick)}" y="${bottom + 18}">${tick}</text>`)}</g>
  <text x="${(plot.left + plot.right) / 2}" y="${bottom + 36}" text-anchor="middle" fill="#1f2328">${unit}</text>
  ${rows.map((row, i) => drawRow(row, plot.top + i * rowHeight, series, x))}
  ${legend.map((name, i) => html`<g><circle cx="${plot.left}" cy="${bottom + 52 + i * 18}" r="4" fill="${colourOf(i)}"/><text x="${plot.left + 12}" y="${bottom + 56 + i * 18}" fill="#1f2328">${name}</text></g>`)}
</svg>
`;
}

function drawRow({ name, dots }: DotRow, top: number, series: readonly string[], x: (value: number) => number): Html {
  const middle = top + gap / 2 + (series.length * lane) / 2;
  const drawn = dots.map((dot, i) => {
    if (!dot || !Number.isFinite(dot.value)) return undefined;
    const y = top + gap / 2 + i * lane + lane / 2;
    const { value, low, high } = dot;
    const tip = `${name}${series.length > 1 ? `, ${series[i]}` : ''}: ${round4(value)}`;
    return html`<g stroke="${colourOf(i)}" fill="${colourOf(i)}"><title>${tip}</title>${
      low !== undefined && high !== undefined && html`<path d="M${x(low)} ${y}H${x(high)}" stroke-width="2"/>`
    }<circle cx="${x(value)}" cy="${y}" r="4"/></g>`;
  });
  return html`<g><text x="${plot.left - 12}" y="${middle + 4}" text-anchor="end" fill="#1f2328">${name}</text>${drawn}</g>`;
}

/** From 0 in round steps to at least `most`. */
function ticksTo(most: number): number[] {
  const power = 10 ** Math.floor(Math.log10(most / 5));
  const step = ([1, 2, 5, 10].find((factor) => factor * power * 5 >= most) ?? 10) * power;
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}

function colourOf(i: number): string {
  return colours[i % colours.length] as string;
}

function round(value: number): number {
  return Number(value.toFixed(1));
}

function round4(value: number): string {
  return value.toFixed(4);
}
