import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { readSettings, type Settings } from '../../config/settings.ts';
import { messageOf } from '../../errors.ts';
import { type Evaluation, evaluate } from '../../evaluate/evaluate.ts';
import { EvaluatedNetwork } from '../../evaluate/evaluated-network.ts';
import { type EvaluateOptions, type Plan, planOf } from '../../evaluate/options.ts';
import { rankingNames } from '../../evaluate/rankings.ts';
import { reportFiles, reportFolder, writeReport } from '../../evaluate/report.ts';
import { sweepNames } from '../../evaluate/sweep.ts';
import { introduction, linesOf, tablesOf } from '../../evaluate/tables.ts';
import { openDay, openScores } from '../../jobs/open-input.ts';
import { scoresOf, withMapping } from '../../jobs/run-options.ts';
import type { Watcher } from '../../jobs/watcher.ts';
import { print } from '../../output.ts';
import type { ReputationList } from '../../scoring/reputation/reputation-list.ts';
import type { Folder } from '../../storage/folder.ts';
import { interruptible } from '../interruptible.ts';
import { showWork } from '../show-work.ts';

interface Given extends EvaluateOptions {
  input: string;
  mapping?: string;
  reputation?: string;
  out?: string;
}

const examples = `
Up to a cut is what is known, after it is what came of it. Every ranking makes its lists as of the cut, and is judged by
how many of the users' new partners after it are on them. Nothing is published, and neither engines nor a home are used.
A sweep tries settings on an inner cut, before the outer one, and shows only the best of them on the outer one.
Rankings:
  ${rankingNames.join('\n  ')}
Settings that can be swept:
  ${sweepNames.join('\n  ')}
The settings of weights are those of runs (KITH_DECAY, KITH_BASE_LIKE, …); KITH_MODEL is not used.

Exit codes: 0 evaluated, 2 bad input or options, or nothing to judge by, 4 a disk is full, 130 stopped, 1 a bug in Kith.

Examples:
  Which ranking suits this network?
    $ kith evaluate --input graph_data/20240601
  With a report: JSON, and a page with pictures:
    $ kith evaluate --input graph_data/20240601 --window-days all --out evaluation
  Which window and ranking? The best is chosen on an inner cut:
    $ kith evaluate --input graph_data/20240601 --sweep window-days=30,90,all --sweep ranking=second-degree,circles
  Without follows, and cut at an instant:
    $ kith evaluate --input graph_data/20240601 --without follow --cut 2024-05-01
`;

/** Adds `kith evaluate`. */
export function addEvaluateCommand(program: Command): void {
  program
    .command('evaluate')
    .description('judge rankings and settings by what the users of a folder did next')
    .requiredOption('--input <dir>', "a day's folder with some history: a path, file:… or s3://bucket/path")
    .option('--cut <iso>', 'up to when things are known')
    .option('--cut-quantile <q>', 'the same as a share of all activities (default: 0.8)')
    .option('--mapping <file>', 'how files are written and what they hold (KITH_MAPPING)')
    .option('--window-days <n>', 'how many days back activities count, or all up to the cut (KITH_WINDOW_DAYS, 90)')
    .option('--without <types>', 'types of activities to leave out, such as follow,like')
    .option('--rankings <names>', 'which rankings to judge (default: all)')
    .option('--ranking <name>', 'with which of them the others are compared (KITH_RANKING, second-degree)')
    .option('--sweep <setting=values>', 'values to try, such as window-days=30,90; several sweeps are a grid', collect)
    .option('--exclude <whom>', 'who is no recommendation: engaged or followed', 'engaged')
    .option('--users <n>', 'how many users are drawn at most', '6000')
    .option('--seed <n>', 'seed of the users drawn and of the intervals', '1')
    .option('--reputation <csv>', 'a file of scores, user_id,pred: recommend only good users')
    .option('--min-reputation <x>', 'the lowest pred of a good user (KITH_MIN_REPUTATION, 0.5)')
    .option('--out <dir>', `write ${reportFiles.json} and ${reportFiles.page} there`)
    .addHelpText('after', examples)
    .action(async (given: Given) => {
      const settings = withMapping(readSettings(), given.mapping);
      await interruptible(async (signal) => {
        const plan = planOf(given, given.reputation !== undefined, process.env);
        const folder = await openDay(given.input, settings);
        const scores = await readScores(given.reputation, settings, signal);
        const out = given.out === undefined ? undefined : await reportFolder(given.out);
        const hasScores = scores !== undefined;
        const evaluation = await showWork((watcher) =>
          evaluateFolder(folder, { plan, scores, settings, signal, watcher }),
        );
        print(...introduction(evaluation, hasScores), ...tablesOf(evaluation, hasScores).flatMap(linesOf));
        if (evaluation.remarks.length > 0) print('', ...evaluation.remarks);
        if (out === undefined) return;
        await writeReport(evaluation, out, { input: folder.location, hasScores, signal });
        print('', `Written to ${out}: ${Object.values(reportFiles).join(', ')}.`);
      });
    });
}

function collect(value: string, values: string[] = []): string[] {
  return [...values, value];
}

async function readScores(
  reputation: string | undefined,
  settings: Settings,
  signal: AbortSignal,
): Promise<ReputationList | undefined> {
  if (reputation === undefined) return undefined;
  const opened = await openScores(scoresOf(settings, { reputation }), settings, signal);
  return opened?.kind === 'list' ? opened.list : undefined;
}

interface Work {
  plan: Plan;
  scores: ReputationList | undefined;
  settings: Settings;
  signal: AbortSignal;
  watcher: Watcher;
}

/** Evaluates in a scratch folder, which is removed whatever happens. */
async function evaluateFolder(folder: Folder, { plan, scores, settings, signal, watcher }: Work): Promise<Evaluation> {
  const work = { name: 'evaluate', title: `Evaluating ${folder.location}` };
  const started = performance.now();
  const scratch = await mkdtemp(join(tmpdir(), 'kith-evaluate-'));
  const rejectsPath = `${scratch}-rejects.csv`;
  let isTold = false;
  watcher.begins(work);
  try {
    const report = (progress: Parameters<Watcher['progress']>[1]) => watcher.progress(work, progress);
    await using network = await EvaluatedNetwork.read(folder, {
      scratch,
      rejectsPath,
      limits: settings,
      types: plan.types,
      scores,
      signal,
      report,
    });
    const evaluation = await evaluate(network, plan, report);
    watcher.ends(work, (performance.now() - started) / 1000);
    return evaluation;
  } catch (error) {
    watcher.fails(work);
    isTold = messageOf(error).includes(rejectsPath);
    throw error;
  } finally {
    await rm(scratch, { recursive: true, force: true });
    // Who is told that the bad rows are there will want to see them.
    if (!isTold) await rm(rejectsPath, { force: true });
  }
}
