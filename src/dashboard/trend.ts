import { count, several } from '../figures.ts';
import { type Html, html } from '../html.ts';
import type { PastLists } from '../jobs/run-summary.ts';
import type { RunWithSteps } from '../jobs/runs-with-steps.ts';
import { asOfText, duration, percent, runMilliseconds, shortCount, shortDay } from './format.ts';

/** One quantity over the last runs, possibly in several parts, with the oldest on the left. */
export interface Chart {
  title: string;
  /** The newest value. */
  latest: string;
  columns: Column[];
  /** Class and name of each part, from the bottom up. */
  legend?: readonly { part: string; name: string }[];
  /** A value of the axis as text. */
  label: (value: number) => string;
}

/** A run in a chart. */
export interface Column {
  /** A failed run is marked as such. */
  status: RunWithSteps['status'];
  parts: { part: string; value: number }[];
  /** What the column is compared with: a line across it. */
  mark?: number;
  /** Its tooltip. */
  title: string;
  asOf: string;
}

const height = 120;
const top = 14;
const slot = 0.76;
const tables = [
  { part: 'closest', name: 'closest connections' },
  { part: 'recommendations', name: 'recommendations' },
  { part: 'reasons', name: 'reasons' },
] as const;

/** Charts of the last runs: how long they took, how many rows they published, how many lines they rejected. */
export function chartsOf(newestFirst: readonly RunWithSteps[], now: number): Chart[] {
  const runs = newestFirst.toReversed();
  const latest = <T>(of: (run: RunWithSteps) => T | undefined): T | undefined =>
    newestFirst.map(of).find((value) => value !== undefined);
  const published = latest(({ status, summary }) => (status === 'published' ? summary.rows : undefined));
  return [
    {
      title: 'Duration',
      latest: duration(latest((run) => runMilliseconds(run, now)) ?? 0),
      label: duration,
      columns: runs.map((run) => {
        const value = runMilliseconds(run, now) ?? 0;
        return column(run, [{ part: run.status, value }], duration(value));
      }),
    },
    {
      title: 'Rows published',
      latest: published ? count(published.closest + published.recommendations + published.reasons) : 'none yet',
      label: shortCount,
      legend: tables,
      columns: runs.map((run) => {
        const rows = run.status === 'published' ? run.summary.rows : undefined;
        const parts = tables.map(({ part }) => ({ part, value: rows?.[part] ?? 0 }));
        const text = tables.map(({ part, name }) => `${count(rows?.[part] ?? 0)} ${name}`).join(', ');
        return column(run, parts, rows ? text : 'nothing published');
      }),
    },
    {
      title: 'Rejected, of the lines read',
      latest: latest(rejectedText) ?? 'not counted',
      label: (share) => percent(share, 1),
      columns: runs.map((run) => {
        const { rejected, lines } = linesOf(run) ?? { rejected: 0, lines: 0 };
        // A share, because the first day has the whole history and the others only what is new.
        const parts = [{ part: 'rejected', value: lines === 0 ? 0 : rejected / lines }];
        return column(run, parts, lines === 0 ? 'not counted' : `${count(rejected)} of ${several(lines, 'line')}`);
      }),
    },
  ];
}

const pastLists: readonly { list: keyof PastLists; title: string }[] = [
  { list: 'yesterday', title: 'After a day' },
  { list: 'lastWeek', title: 'After a week' },
];

/** Charts of what past lists had come to, compared with the popular; none if no run has judged any. */
export function pastListCharts(newestFirst: readonly RunWithSteps[]): Chart[] {
  const runs = newestFirst.toReversed();
  return pastLists.flatMap(({ list, title }) => {
    const newest = newestFirst.map(({ summary }) => summary.pastLists?.[list]).find((judged) => judged !== undefined);
    if (!newest) return [];
    return {
      title,
      latest: `${percent(newest.recommended, newest.users)}, popular ${percent(newest.popular, newest.users)}`,
      label: (share) => percent(share, 1),
      legend: [
        { part: 'recommendations', name: 'turned to somebody recommended' },
        { part: 'popular', name: 'to one of the popular' },
      ],
      columns: runs.map((run) => {
        const judged = run.summary.pastLists?.[list];
        if (!judged) return column(run, [], 'nothing to judge');
        const { users, recommended, popular } = judged;
        const share = (part: number) => (users === 0 ? 0 : part / users);
        const text =
          `of the list as of ${asOfText(judged.asOf)} and ${several(users, 'user')} who turned to somebody new since, ` +
          `${count(recommended)} turned to somebody recommended, ${count(popular)} to one of the popular`;
        return {
          ...column(run, [{ part: 'recommendations', value: share(recommended) }], text),
          mark: share(popular),
        };
      }),
    };
  });
}

function column(run: RunWithSteps, parts: Column['parts'], text: string): Column {
  return {
    status: run.status,
    parts,
    title: `as of ${asOfText(run.asOf)}, ${run.status}: ${text}`,
    asOf: run.asOf,
  };
}

/** Lines in all files, and how many of them were rejected; undefined if they were not counted. */
export function linesOf({ summary: { files } }: RunWithSteps): { lines: number; rejected: number } | undefined {
  return files && { lines: sum(files.map(({ lines }) => lines)), rejected: sum(files.map(({ rejected }) => rejected)) };
}

function rejectedText(run: RunWithSteps): string | undefined {
  const read = linesOf(run);
  return read && percent(read.rejected, read.lines);
}

/** The chart as a picture; each run's numbers are also in the list of runs. */
export function drawChart({ title, latest, columns, legend, label }: Chart): Html {
  const most = Math.max(...columns.flatMap((each) => [sumOf(each), each.mark ?? 0]), 0);
  const first = columns[0];
  const last = columns.at(-1);
  return html`<figure class="chart">
  <figcaption><span>${title}</span><strong>${latest}</strong></figcaption>
  <svg role="img" width="100%" height="${top + height + 24}">
    <title>${title} of the last ${several(columns.length, 'run')}; the newest ${latest}</title>
    <g class="grid"><line x1="0" x2="100%" y1="${top}" y2="${top}"/><line x1="0" x2="100%" y1="${top + height}" y2="${top + height}"/></g>
    <g class="axis"><text x="0" y="${top - 4}">${most > 0 && label(most)}</text></g>
    ${columns.map((column, i) => drawColumn(column, i, columns.length, most))}
    <g class="axis"><text x="0" y="${top + height + 17}">${first && shortDay(first.asOf)}</text>
    ${columns.length > 1 && html`<text x="100%" y="${top + height + 17}" text-anchor="end">${last && shortDay(last.asOf)}</text>`}</g>
  </svg>
  <ul class="legend">${(legend ?? []).map(({ part, name }) => html`<li class="${part}">${name}</li>`)}${
    columns.some(({ status }) => status === 'failed') && html`<li class="failed">failed</li>`
  }</ul>
</figure>`;
}

function drawColumn({ status, parts, mark, title }: Column, index: number, columns: number, most: number): Html {
  // A few runs don't fill the width of the page.
  const width = 100 / Math.max(columns, 12);
  const x = `${Number((index * width + (width * (1 - slot)) / 2).toFixed(3))}%`;
  const wide = `${Number((width * slot).toFixed(3))}%`;
  let bottom = top + height;
  const drawn = parts.map(({ part, value }) => {
    const tall = most === 0 ? 0 : (value / most) * height;
    bottom -= tall;
    return (
      tall > 0 && html`<rect class="${part}" x="${x}" y="${round(bottom)}" width="${wide}" height="${round(tall)}"/>`
    );
  });
  const markAt = round(top + height - (most === 0 ? 0 : ((mark ?? 0) / most) * height) - 1);
  return html`<g class="column ${status}"><title>${title}</title>
    <rect class="back" x="${x}" y="${top}" width="${wide}" height="${height}"/>${drawn}${
      mark !== undefined && html`<rect class="popular" x="${x}" y="${markAt}" width="${wide}" height="2"/>`
    }${
      status === 'failed' && html`<rect class="failed" x="${x}" y="${top + height + 2}" width="${wide}" height="3"/>`
    }</g>`;
}

function sumOf({ parts }: Column): number {
  return sum(parts.map(({ value }) => value));
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}

function round(value: number): number {
  return Number(value.toFixed(2));
}
