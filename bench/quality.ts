import { existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { projectRoot } from '../src/config/project.ts';
import { readSettings } from '../src/config/settings.ts';
import { type Evaluation, endOfTime, evaluate, splitAt } from '../src/evaluate/evaluate.ts';
import { EvaluatedNetwork } from '../src/evaluate/evaluated-network.ts';
import { type EvaluateOptions, type Plan, planOf } from '../src/evaluate/options.ts';
import { openFolder } from '../src/storage/open-folder.ts';
import { type Baseline, measureBaselines, writeSplit } from './baselines.ts';
import type { Scratch } from './scratch.ts';
import { say } from './words.ts';

/** A network on which rankings are judged. */
export interface JudgedNetwork {
  name: string;
  /** The day's folder. */
  folder: string;
  options: EvaluateOptions;
}

/** What came of a network: the evaluation's own figures, and those of other libraries. */
export interface QualityFigures extends Omit<Evaluation, 'plan' | 'sweep' | 'remarks'> {
  baselines: Baseline[];
  /** Processor seconds of the evaluation, without baselines. */
  processorSeconds: number;
}

const data = join(projectRoot, '..', 'shared', 'data');

/** The real networks of docs/quality.md, by the names of their results. */
export const realNetworks: readonly JudgedNetwork[] = [
  {
    name: 'higgs',
    folder: join(data, 'higgs', 'graph_data', '20120708'),
    options: { windowDays: '7', without: 'follow' },
  },
  {
    name: 'collegemsg',
    folder: join(data, 'collegemsg', 'graph_data', '20041027'),
    options: { windowDays: 'all' },
  },
  {
    name: 'bitcoinotc',
    folder: join(data, 'bitcoinotc', 'graph_data', '20160126'),
    options: { windowDays: 'all' },
  },
];

/** The network of `--input`, or those that lie beside the checkout. */
export function networksFor(input: string | undefined, name: string | undefined): JudgedNetwork[] {
  if (input === undefined) return realNetworks.filter(({ folder }) => existsSync(folder));
  const folder = resolve(input);
  return [{ name: name ?? basename(dirname(dirname(folder))).toLowerCase(), folder, options: { windowDays: 'all' } }];
}

/** Judges rankings and baselines on a network, as `kith evaluate` does. */
export async function judgeNetwork(
  { name, folder, options }: JudgedNetwork,
  env: Record<string, string>,
  scratch: Scratch,
  signal: AbortSignal,
): Promise<QualityFigures> {
  const plan = planOf(options, false, env);
  const splits = mkdtempSync(join(scratch.folder, `${name}-splits-`));
  const withNetwork = async <T>(part: string, work: (network: EvaluatedNetwork) => Promise<T>): Promise<T> => {
    const dir = join(splits, `${part}-work`);
    mkdirSync(dir);
    const result = await withFolder(folder, dir, plan, signal, work);
    await writeSplit(join(dir, 'evaluated.duckdb'), join(splits, part), signal);
    return result;
  };
  await withNetwork('inner', async (network) => {
    if (!('quantile' in plan.cut)) throw new Error('the benchmark cuts at a quantile');
    const cut = await network.instantAt(plan.cut.quantile, endOfTime);
    await splitAt(network, await network.instantAt(plan.cut.quantile, cut), cut, plan);
    await network.rank(['popularity'], (plan.variants[0] as Plan['variants'][number]).settings);
  });
  const before = process.cpuUsage();
  const {
    plan: _,
    sweep: __,
    remarks: ___,
    ...found
  } = await withNetwork('outer', (network) => evaluate(network, plan));
  const { user, system } = process.cpuUsage(before);
  say(`${name}: rankings are judged`);
  const baselines = await measureBaselines(splits, plan.seed, signal);
  return { ...found, baselines, processorSeconds: (user + system) / 1e6 };
}

async function withFolder<T>(
  folder: string,
  scratch: string,
  { types }: Plan,
  signal: AbortSignal,
  work: (network: EvaluatedNetwork) => Promise<T>,
): Promise<T> {
  await using network = await EvaluatedNetwork.read(await openFolder(folder), {
    scratch,
    rejectsPath: join(scratch, 'rejects.csv'),
    limits: readSettings({}),
    types,
    signal,
  });
  return await work(network);
}
