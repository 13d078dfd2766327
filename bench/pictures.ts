import { drawLineChart } from './line-chart.ts';
import type { BesidePeer, Entry, Figures } from './results.ts';
import { amountText } from './words.ts';

const gib = 2 ** 30;

/** Steps in the order in which they come up. */
export function stepNames(entries: readonly Entry<BesidePeer>[]): string[] {
  return [...new Set(entries.flatMap(({ figures }) => figures.kith.steps.map(({ name }) => name)))];
}

/** Seconds by size on logarithmic axes, where all that grows linearly is parallel to the dotted line. */
export function growthPicture(entries: readonly Entry<BesidePeer>[]): string {
  const secondsOf = (name: string) =>
    entries.flatMap(({ size, figures }) => {
      const step = figures.kith.steps.find((each) => each.name === name);
      return step && step.seconds > 0.1 ? [[size, step.seconds] as const] : [];
    });
  const steps = stepNames(entries).map((name) => ({ name, points: secondsOf(name) }));
  const middle = entries[Math.floor(entries.length / 2)] as Entry<BesidePeer>;
  return drawLineChart({
    title: 'First day: seconds by activities, dotted: linear growth',
    x: { label: 'activities', isLogarithmic: true, text: amountText },
    y: { label: 'seconds', isLogarithmic: true, text: String },
    series: [
      { name: 'Kith, all', points: entries.map(({ size, figures }) => [size, figures.kith.seconds]) },
      ...steps.filter(({ points }) => points.length > 0),
      {
        name: 'DuckDB, all',
        isDashed: true,
        points: entries.map(({ size, figures }) => [size, figures.duckdbSeconds]),
      },
    ],
    linearThrough: [middle.size, middle.figures.kith.seconds],
  });
}

/** What the stores hold after each day's run. */
export function daysPicture({ figures: { days } }: Entry<Figures['days']>): string {
  const series = (name: string, of: (day: Figures['days']['days'][number]) => number) => ({
    name,
    points: days.map((day) => [day.day, of(day)] as const),
  });
  return drawLineChart({
    title: `${days.length - 1} daily runs: what the stores hold`,
    x: { label: 'day', text: String },
    y: { label: 'GiB', text: String },
    series: [
      series('graph', ({ graph }) => graph / gib),
      series("graph's log", ({ graphLog }) => graphLog / gib),
      series('Postgres', ({ postgres }) => postgres / gib),
    ],
  });
}
