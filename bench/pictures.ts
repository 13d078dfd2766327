import { drawLineChart } from '../src/pictures/line-chart.ts';
import type { BesidePeer, DayOfStore, Entry, Figures } from './results.ts';
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

/** Of a day, the quantity of each line. */
type Lines = Record<string, (day: DayOfStore) => number>;

/** What the stores hold after each day's run. */
export function storesPicture({ figures: { days } }: Entry<Figures['days']>): string {
  return overDays(`${days.length - 1} daily runs: what the stores hold`, 'GiB', days, {
    graph: (day) => day.graph / gib,
    "graph's log": (day) => day.graphLog / gib,
    Postgres: (day) => day.postgres / gib,
  });
}

/** How long each day's run took; the first one has the whole history to read and is left out. */
export function dailySecondsPicture({ figures: { days } }: Entry<Figures['days']>): string {
  return overDays(`${days.length - 1} daily runs: how long they took`, 'seconds', days.slice(1), {
    'to published': (day) => day.seconds,
    'to the end': (day) => day.seconds + day.afterSeconds,
  });
}

function overDays(title: string, unit: string, days: readonly DayOfStore[], lines: Lines): string {
  return drawLineChart({
    title,
    x: { label: 'day', text: String },
    y: { label: unit, text: String },
    series: Object.entries(lines).map(([name, of]) => ({
      name,
      points: days.map((day) => [day.day, of(day)] as const),
    })),
  });
}
