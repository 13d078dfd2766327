import { count } from '../src/figures.ts';
import type { MeasuredRun } from './kith-run.ts';
import type { Peak } from './memory.ts';
import { stepNames } from './pictures.ts';
import type { BesidePeer, Entry, Figures } from './results.ts';
import { amountText, bytes, milliseconds, ratio, seconds } from './words.ts';

/** Tables of docs/performance.md in Markdown. */

const none = 'Not measured yet.';
const targetSize = 10_000_000;

/** Columns are as wide as their widest cell, so that the page can be read as text, too. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0), 3));
  const lineOf = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [lineOf(head), lineOf(widths.map((width) => '-'.repeat(width))), ...rows.map(lineOf)].join('\n');
}

export function machineLines(entries: readonly Entry<unknown>[]): string {
  const latest = entries.toSorted((a, b) => a.date.localeCompare(b.date)).at(-1);
  if (!latest) return none;
  const { machine, versions, options, date } = latest;
  const set = Object.entries(options.set).map(([name, value]) => `${name}=${value}`);
  return (
    `${machine.cores} × ${machine.cpu}, ${machine.memoryGiB} GiB, ${machine.system}; Node ${versions.node}, Neo4j ${versions.neo4j} Community, ` +
    `Postgres ${versions.postgres}, DuckDB ${versions.duckdb} with 2 threads; ${date}, commit ${versions.commit}` +
    `${set.length > 0 ? `, with ${set.join(', ')}` : ', settings as they come'}.`
  );
}

/** Both days and one user live, by a ranking. */
export interface Measured {
  first: readonly Entry<BesidePeer>[];
  next: readonly Entry<BesidePeer>[];
  show: readonly Entry<Figures['show']>[];
}

/** What the project set itself for 10M activities, and what it is. */
export function targetsTable(secondDegree: Measured, byCircles: Measured): string {
  const at = <Of>(entries: readonly Entry<Of>[]) => entries.find(({ size }) => size === targetSize)?.figures;
  const of = ({ first, next, show }: Measured) => ({ day: at(first), later: at(next), live: at(show) });
  const { day, later, live } = of(secondDegree);
  const circles = of(byCircles);
  const or = (text: string | false | undefined) => text || 'not measured yet';
  const ingest = day?.kith.steps.find(({ name }) => name === 'ingest')?.seconds;
  const row = (figures: BesidePeer | undefined) =>
    figures && `${ratio(figures.ratio)} (${seconds(figures.kith.seconds)} to ${seconds(figures.duckdbSeconds)})`;
  const times = (figures: Figures['show'] | undefined) =>
    figures && `${milliseconds(figures.random.median)}, ${milliseconds(figures.random.p99)}`;
  const memory = Math.max(day?.kith.memory?.bytes ?? 0, later?.kith.memory?.bytes ?? 0);
  return table(
    ['10M activities of 250,000 users', 'at most', 'try for', 'measured'],
    [
      ["first day, files to published and checked, in DuckDB's time", '2.8×', '2.3×', or(row(day))],
      ["next day, 110,000 new, in DuckDB's time from scratch", '1.8×', '1.4×', or(row(later))],
      ['bulk ingest: parsing, judging, removing repeats', '90 s', '60 s', or(ingest !== undefined && seconds(ingest))],
      ['one user live, median and 99th percentile of 1,000', '5 ms, 20 ms', '2 ms, 10 ms', or(times(live))],
      ['memory of all processes, both days', '4 GiB', '3 GiB', or(memory > 0 && bytes(memory))],
      ["first day by circles, in DuckDB's time for circles", '1×', '0.6×', or(row(circles.day))],
      ["next day by circles, in DuckDB's time from scratch", '0.8×', '0.5×', or(row(circles.later))],
      ['one user live by circles', '10 ms, 40 ms', '', or(times(circles.live))],
    ],
  );
}

/** Folders read beside DuckDB, and in other forms beside their plain ones. */
export function readTable(entries: readonly Entry<Figures['read']>[]): string {
  if (entries.length === 0) return none;
  return table(
    ['activities', 'files', 'Kith', 'ratio', 'to'],
    entries.flatMap(({ size, figures }) => [
      [
        ...[amountText(size), 'plain', seconds(figures.kithSeconds), ratio(figures.ratio)],
        `DuckDB, ${seconds(figures.duckdbSeconds)}`,
      ],
      ...figures.forms.map(({ name, seconds: took, ratio: times }) => [
        ...[amountText(size), `with ${name}`.replace('with JSON', 'JSON'), seconds(took), ratio(times)],
        'the plain files',
      ]),
    ]),
  );
}

/** Runs beside DuckDB, a line a size. */
export function besideTable(entries: readonly Entry<BesidePeer>[], what = 'activities read'): string {
  if (entries.length === 0) return none;
  const steps = stepNames(entries);
  return table(
    ['activities', what, 'rows published', 'DuckDB', 'Kith', 'ratio', 'start', ...steps, 'after publishing'],
    entries.map(({ size, figures }) => besideRow(amountText(size), figures, steps)),
  );
}

function besideRow(
  name: string,
  { activities, rows, duckdbSeconds, kith, ratio: times }: BesidePeer,
  steps: readonly string[],
) {
  return [
    name,
    count(activities),
    count(rows.closest + rows.recommendations + rows.reasons),
    seconds(duckdbSeconds),
    seconds(kith.seconds),
    ratio(times),
    seconds(kith.startSeconds),
    ...steps.map((step) => {
      const found = kith.steps.find(({ name }) => name === step);
      return found ? seconds(found.seconds) : '';
    }),
    seconds(kith.afterSeconds),
  ];
}

export function memoryTable(entries: readonly Entry<BesidePeer>[]): string {
  if (entries.length === 0) return none;
  if (!entries.some(({ figures }) => figures.kith.memory)) return 'Known on Linux only; this was measured elsewhere.';
  const steps = stepNames(entries);
  return table(
    ['activities', 'most of all', ...steps],
    entries.map(({ size, figures: { kith } }) => [
      amountText(size),
      peakText(kith.memory),
      ...steps.map((step) => peakText(kith.steps.find(({ name }) => name === step)?.memory)),
    ]),
  );
}

function peakText(peak: Peak | undefined): string {
  if (!peak) return '';
  const owners = Object.entries(peak.by).sort(([, a], [, b]) => b - a);
  return `${bytes(peak.bytes)} (${owners.map(([owner, held]) => `${owner} ${bytes(held)}`).join(', ')})`;
}

export function showTable(entries: readonly Entry<Figures['show']>[]): string {
  if (entries.length === 0) return none;
  return table(
    ['activities', 'users', 'median', '99th percentile', 'slowest'],
    entries.flatMap(({ size, figures: { random, heaviest } }) => {
      const times = ({ median, p99, max }: typeof random) => [median, p99, max].map(milliseconds);
      const paths = `the ${heaviest.users} with the most paths (${count(heaviest.leastPaths)} to ${count(heaviest.mostPaths)})`;
      return [
        [amountText(size), `${count(random.users)} at random`, ...times(random)],
        [amountText(size), paths, ...times(heaviest)],
      ];
    }),
  );
}

/** Seconds per million activities: the same in every line if growth is linear. */
/** Many clients of the HTTP API, and of Postgres itself. */
export function serveTable(entries: readonly Entry<Figures['serve']>[]): string {
  if (entries.length === 0) return none;
  return table(
    ['activities', 'clients', 'asked', 'requests a second', 'median', '99th percentile', 'ratio'],
    entries.flatMap(({ size, figures: { clients, http, postgres, ratio: times } }) =>
      (
        [
          [http, 'kith serve'],
          [postgres, 'Postgres'],
        ] as const
      ).map(([figures, asked]) => [
        amountText(size),
        count(clients),
        asked,
        count(Math.round(figures.perSecond)),
        milliseconds(figures.median),
        milliseconds(figures.p99),
        asked === 'Postgres' ? '' : ratio(times),
      ]),
    ),
  );
}

export function growthTable(entries: readonly Entry<BesidePeer>[]): string {
  if (entries.length === 0) return none;
  const steps = stepNames(entries);
  const perMillion = (value: number | undefined, size: number) =>
    value === undefined ? '' : ((value / size) * 1_000_000).toFixed(2);
  return table(
    ['seconds a million', 'DuckDB', 'Kith', ...steps],
    entries.map(({ size, figures: { duckdbSeconds, kith } }) => [
      amountText(size),
      perMillion(duckdbSeconds, size),
      perMillion(kith.seconds, size),
      ...steps.map((step) => perMillion(kith.steps.find(({ name }) => name === step)?.seconds, size)),
    ]),
  );
}

export function supernodesTable(entries: readonly Entry<Figures['supernodes']>[]): string {
  if (entries.length === 0) return none;
  return entries
    .map(({ size, figures: { first, next, show } }) => {
      const runs = [first, next].filter((run) => run !== undefined);
      const steps = stepNames(runs.map((figures) => ({ figures }) as Entry<BesidePeer>));
      const lines = [
        table(
          [
            'run',
            'activities read',
            'rows published',
            'DuckDB',
            'Kith',
            'ratio',
            'start',
            ...steps,
            'after publishing',
          ],
          runs.map((run) => besideRow(`${amountText(size)}, ${run === first ? 'first day' : 'next day'}`, run, steps)),
        ),
      ];
      if (show?.supernodes) {
        const { star, fan } = show.supernodes;
        lines.push(
          `One user live, of ${amountText(size)}: ${milliseconds(star)} for whom everybody engages with, ${milliseconds(fan)} for who engages with everybody.`,
        );
      }
      return lines.join('\n\n');
    })
    .join('\n\n');
}

const shownDays = 7;

export function daysTable(entries: readonly Entry<Figures['days']>[]): string {
  const entry = entries.at(-1);
  if (!entry) return none;
  const { days, activitiesPerDay } = entry.figures;
  const every = Math.max(1, Math.ceil((days.length - 1) / (shownDays - 1)));
  const shown = days.filter(({ day }) => day % every === 0 || day === days.length - 1);
  const head = `A network of ${amountText(entry.size)} activities in 120 days, then ${count(activitiesPerDay)} a day; after the last day all rows equal DuckDB's from all files.`;
  return `${head}\n\n${table(
    ['day', 'run', 'after publishing', 'activities in the graph', 'graph', "graph's log", 'Postgres'],
    shown.map((day) => [
      String(day.day),
      seconds(day.seconds),
      seconds(day.afterSeconds),
      count(day.activities),
      bytes(day.graph),
      bytes(day.graphLog),
      bytes(day.postgres),
    ]),
  )}`;
}

/** Both days with messages, a line each. */
export function messagesTable(entries: readonly Entry<Figures['messages']>[]): string {
  if (entries.length === 0) return none;
  const of = ({ steps }: MeasuredRun, step: string) => steps.find(({ name }) => name === step);
  const time = (run: MeasuredRun, step: string) => seconds(of(run, step)?.seconds ?? Number.NaN);
  const row = (name: string, run: MeasuredRun) => [
    name,
    count(run.messages?.read ?? 0),
    `${count(run.messages?.scored ?? 0)} of ${count(run.messages?.weeks ?? 0)}`,
    seconds(run.seconds),
    ...['ingest', 'closest', 'reputation', 'recommend', 'publish'].map((step) => time(run, step)),
    peakText(of(run, 'reputation')?.memory),
  ];
  return table(
    [
      'run',
      'new messages',
      'user-weeks scored',
      'Kith',
      ...['ingest', 'closest', 'reputation', 'recommend', 'publish'],
      'memory, most during reputation',
    ],
    entries.flatMap(({ size, figures: { first, next } }) => [
      row(`${amountText(size)}, first day`, first),
      row(`${amountText(size)}, next day`, next),
    ]),
  );
}

/** Files of one's own. */
export function inputTable(entries: readonly Entry<Figures['input']>[]): string {
  const entry = entries.at(-1);
  if (!entry) return none;
  const { first, again, show } = entry.figures;
  const runs = [first, again].filter((run) => run !== undefined);
  const steps = stepNames(runs.map((figures) => ({ figures }) as Entry<BesidePeer>));
  const lines = [
    table(
      ['run', 'activities', 'rows published', 'DuckDB', 'Kith', 'ratio', 'start', ...steps, 'after publishing'],
      runs.map((run) => besideRow(run === first ? 'first' : 'the same again', run, steps)),
    ),
  ];
  if (show)
    lines.push(
      `One user live: ${milliseconds(show.random.median)} median, ${milliseconds(show.random.p99)} at the 99th percentile of ${count(show.random.users)} users.`,
    );
  return lines.join('\n\n');
}
