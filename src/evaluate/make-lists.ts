import { type DuckDBValue, listValue } from '@duckdb/node-api';
import { statement } from '../config/project.ts';
import type { Weighting } from '../config/settings.ts';
import { judgeSums } from '../graph/judge-sums.ts';
import { weightUnits } from '../graph/weights.ts';
import type { Report } from '../progress.ts';
import type { DuckDbFile } from '../storage/duckdb-file.ts';
import { methodOf, type RankingMethod, type RankingName } from './rankings.ts';

/** The settings under which lists are made: of weights, of who is good, and of who counts. */
export type EvaluatedSettings = Omit<Weighting, 'windowSeconds'> & {
  /** `all` is the part before the cut. */
  windowSeconds: number | 'all';
  /** See Recommending. */
  strangersAtMost?: number;
};

export interface ListOptions {
  /** The cut, in epoch seconds. */
  asOf: number;
  /** How many there are up to it. */
  activities: number;
  /** How many users were drawn. */
  persons: number;
  /** Whether only users with a good score are recommended. */
  hasScores: boolean;
  settings: EvaluatedSettings;
  report?: Report;
}

/** The most votes that are added up at once, and of how many users lists are made: DuckDB has room for that in memory. */
const votesAtOnce = 20_000_000;
const personsAtOnce = 4000;

/**
 * Makes the lists of the rankings for the users in the table `person`, in a table `list`.
 *
 * @throws BadInputError if sums could become too large for whole numbers of 63 bits
 */
export async function makeLists(file: DuckDbFile, names: readonly RankingName[], options: ListOptions): Promise<void> {
  const { asOf, settings, hasScores, report } = options;
  const run = (name: string, values?: Record<string, DuckDBValue>) =>
    file.run(statement(`sql/evaluate/${name}.sql`), values);
  const methods = names.map((name): [string, RankingMethod] => [name, methodOf(name)]);
  const needs = (by: RankingMethod['by']) => methods.some(([, method]) => method.by === by);
  report?.({ doing: 'weighing who engages with whom' });
  await run('catalogue', { isFiltered: hasScores, least: settings.minReputation });
  const window = settings.windowSeconds === 'all' ? asOf - (await firstMoment()) + 1 : settings.windowSeconds;
  const weighting: Weighting = { ...settings, windowSeconds: window };
  await weigh();
  if (needs('second-degree') || needs('circles')) await run('closest');
  if (needs('popularity')) await run('popularity');
  if (needs('circles')) await findCircles();
  await run('list');
  const parts = Math.ceil(options.persons / personsAtOnce);
  for (let part = 0; part < parts; part++) {
    report?.({ doing: 'making lists', share: (part + 1) / (parts + 1) });
    await run('batch', { parts, part });
    if (needs('circles')) await addTerms();
    for (const [ranking, method] of methods) await list(ranking, method);
  }

  async function firstMoment(): Promise<number> {
    const [[first] = []] = await run('first-moment');
    return Number(first);
  }

  async function weigh(): Promise<void> {
    const { decay, bases } = settings;
    judgeSums(weighting, options.activities);
    const values: Record<string, DuckDBValue> = { asOf: BigInt(asOf), window: BigInt(window) };
    for (const [type, base] of Object.entries(bases)) values[type] = BigInt(base);
    if (decay.kind === 'linear') await run('edge-linear', values);
    else await run('edge-exponential', { ...values, halfLife: decay.halfLifeSeconds });
  }

  async function findCircles(): Promise<void> {
    report?.({ doing: 'finding ties and the circles around them' });
    await run('stranger', { strangersAtMost: BigInt(settings.strangersAtMost ?? Number.MAX_SAFE_INTEGER) });
    for (const name of ['popular', 'tie', 'via', 'member', 'mass', 'alike']) await run(name);
    const [[votes] = []] = await run('count-votes');
    const parts = Math.ceil(Number(votes) / votesAtOnce);
    for (let part = 0; part < parts; part++) {
      report?.({ doing: 'counting the votes of circles', share: (part + 1) / (parts + 1) });
      await run('add-alike', { parts, part });
    }
  }

  async function addTerms(): Promise<void> {
    const fullEighth = 1000n * BigInt(Math.floor(window / 8));
    await run('term', { fullWindow: weightUnits(weighting), fullEighth });
  }

  async function list(ranking: string, method: RankingMethod): Promise<void> {
    if (method.by === 'circles') await run('list-terms', { ranking, sources: listValue([...method.sources]) });
    else if (method.by === 'second-degree') await run('list-second-degree', { ranking });
    else await run('list-popularity', { ranking, kind: method.kind });
  }
}
