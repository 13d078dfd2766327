import { type Html, html } from '../html.ts';
import { colourOf, picture, roundTicks, tenths } from './picture.ts';

/** Lines over two axes. */
export interface LineChart {
  title: string;
  x: Axis;
  y: Axis;
  series: Series[];
  /** A thin line of what grows as x does, through this point. */
  linearThrough?: Point;
  /** Pixels, with names of series on the right. */
  width?: number;
}

/** With a tooltip, if there are few. */
type Point = readonly [x: number, y: number, title?: string];

interface Series {
  name: string;
  points: readonly Point[];
  /** Broken lines are what others do. */
  isDashed?: boolean;
}

interface Axis {
  label: string;
  isLogarithmic?: boolean;
  text: (value: number) => string;
}

const height = 420;
const plot = { left: 78, top: 68, bottom: 366 };
const names = 170;
const leastLabelDistance = 15;

/** The chart as a file of its own. */
export function drawLineChart(chart: LineChart): string {
  const { title, width = 860, linearThrough } = chart;
  const right = width - names;
  const points = [...chart.series.flatMap((series) => series.points), ...(linearThrough ? [linearThrough] : [])];
  const x = scaleOf(
    points.map(([value]) => value),
    chart.x,
    plot.left,
    right,
  );
  const y = scaleOf(
    points.map(([, value]) => value),
    chart.y,
    plot.bottom,
    plot.top,
  );
  const ends = labelPlaces(chart.series, y.place);
  const drawn = html`<g stroke="#d8dee4">${y.ticks.map((tick) => html`<path d="M${plot.left} ${y.place(tick)}H${right}"/>`)}</g>
  <g fill="#57606a" text-anchor="end">${y.ticks.map((tick) => html`<text x="${plot.left - 8}" y="${y.place(tick) + 4}">${chart.y.text(tick)}</text>`)}</g>
  <g fill="#57606a" text-anchor="middle">${x.ticks.map((tick) => html`<text x="${x.place(tick)}" y="${plot.bottom + 20}">${chart.x.text(tick)}</text>`)}</g>
  <path d="M${plot.left} ${plot.bottom}H${right}" stroke="#57606a"/>
  <text x="${(plot.left + right) / 2}" y="${height - 12}" text-anchor="middle" fill="#1f2328">${chart.x.label}</text>
  <text x="${plot.left - 58}" y="${plot.top - 18}" fill="#1f2328">${chart.y.label}</text>
  ${linearThrough && guide(linearThrough, x, y)}
  ${chart.series.map((series, i) => line(series, colourOf(i), x.place, y.place, right, ends[i] as number))}`;
  return picture(title, width, height, drawn).toString();
}

function line(
  { name, points, isDashed }: Series,
  colour: string,
  x: Scale['place'],
  y: Scale['place'],
  right: number,
  end: number,
): Html {
  const last = points.at(-1) as Point;
  const path = points.map(([a, b], i) => `${i === 0 ? 'M' : 'L'}${x(a)} ${y(b)}`).join('');
  return html`<g><path d="${path}" fill="none" stroke="${colour}" stroke-width="2"${isDashed && html` stroke-dasharray="6 4"`}/>
    ${points.length <= 10 && points.map(([a, b, title]) => html`<circle cx="${x(a)}" cy="${y(b)}" r="3.5" fill="${colour}">${title && html`<title>${title}</title>`}</circle>`)}
    <path d="M${x(last[0]) + 5} ${y(last[1])}L${right + 14} ${end}" fill="none" stroke="${colour}" stroke-width="0.7"/>
    <text x="${right + 18}" y="${end + 4}" fill="${colour}">${name}</text></g>`;
}

/** From edge to edge of the plot, as far as it lies in it. */
function guide([a, b]: Point, x: Scale, y: Scale): Html {
  const factor = b / a;
  const from = Math.max(x.least, y.least / factor);
  const to = Math.min(x.most, y.most / factor);
  return html`<g stroke="#8c959f" stroke-dasharray="2 4"><path d="M${x.place(from)} ${y.place(from * factor)}L${x.place(to)} ${y.place(to * factor)}"/></g>`;
}

interface Scale {
  least: number;
  most: number;
  ticks: number[];
  place: (value: number) => number;
}

function scaleOf(values: readonly number[], axis: Axis, start: number, end: number): Scale {
  const ticks = axis.isLogarithmic ? logarithmicTicks(values) : roundTicks(Math.max(...values, 0));
  const by = axis.isLogarithmic ? Math.log10 : (value: number) => value;
  const [least, most] = [ticks[0] as number, ticks.at(-1) as number];
  const span = by(most) - by(least) || 1;
  const place = (value: number) => tenths(start + ((by(value) - by(least)) / span) * (end - start));
  return { least, most, ticks, place };
}

/** 1, 3, 10, 30, … around all values. */
function logarithmicTicks(values: readonly number[]): number[] {
  const positive = values.filter((value) => value > 0);
  const ticks: number[] = [];
  const least = Math.min(...positive);
  const most = Math.max(...positive);
  for (let power = Math.floor(Math.log10(least)); ; power++)
    for (const tick of [10 ** power, 3 * 10 ** power]) {
      const rounded = Number(tick.toPrecision(3));
      if (rounded <= least) ticks.length = 0;
      ticks.push(rounded);
      if (rounded >= most && ticks.length > 1) return ticks;
    }
}

/** Where the names stand, none on another. */
function labelPlaces(series: readonly Series[], place: (value: number) => number): number[] {
  const wanted = series.map(({ points }, i) => ({ i, at: place((points.at(-1) as Point)[1]) }));
  wanted.sort((a, b) => a.at - b.at);
  for (let k = 1; k < wanted.length; k++) {
    const [above, below] = [wanted[k - 1], wanted[k]] as [{ at: number }, { at: number }];
    below.at = Math.max(below.at, above.at + leastLabelDistance);
  }
  const over = Math.max(0, (wanted.at(-1)?.at ?? 0) - plot.bottom);
  const places: number[] = [];
  for (const { i, at } of wanted) places[i] = at - over;
  return places;
}
