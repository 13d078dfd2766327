import type { Command } from 'commander';
import { readSettings, type Settings } from '../../config/settings.ts';
import { BadInputError } from '../../errors.ts';
import { runDry, runWhole } from '../../jobs/by-hand.ts';
import { listRun } from '../../jobs/list-runs.ts';
import type { Run } from '../../jobs/run.ts';
import { type PlannedRun, planRun, type RunOptions } from '../../jobs/run-options.ts';
import { readRun } from '../../jobs/runs.ts';
import { settingsAsEnvironment } from '../../jobs/settings-as-environment.ts';
import { withDatabase } from '../../jobs/with-database.ts';
import { print, printJson, say } from '../../output.ts';
import type { Database } from '../../postgres/database.ts';
import { interruptible } from '../interruptible.ts';
import { addSettingOptions, givenSettings, settingsWith, withoutRanking } from '../setting-options.ts';
import { showWork } from '../show-work.ts';
import { describeRun } from '../summary.ts';

const examples = `
The exit code is 0 only if the run was checked and published. Otherwise: 2 bad input or options, 3 a check failed,
4 an engine can't be reached, 5 another run is in progress, 130 stopped, 1 a bug in Kith.
Whatever happens, the tables always show one complete run: this one or the previous one.

Examples:
  As of the date in the folder name:
    $ kith run --input graph_data/20240601
  A longer window, and only users with a reputation of at least 0.7:
    $ kith run --input graph_data/20160401 --window-days 365 --reputation scores.csv --min-reputation 0.7
  Scores from a model, using all messages ingested so far:
    $ kith run --input graph_data/20240601 --model models/2024
  A folder with another name:
    $ kith run --input export --as-of 2024-06-01T00:00:00Z
  Today's folder with the settings of an earlier run, but another window:
    $ kith run --input graph_data/20240601 --like 20240501-20240501T070003120Z-1f2e --window-days 30
  What would circles change? Nothing is published:
    $ kith run --dry-run --as-of 2024-06-01 --ranking circles
  Back to an earlier day, even if the tables become much smaller:
    $ kith run --input graph_data/20240501 --allow earlier,shrink
`;

/** What commander gives: the options of {@link addRunOptions}, those of settings among them. */
export type GivenOptions = Omit<RunOptions, 'reputation' | 'given'> & {
  reputation?: string | boolean;
  like?: string;
} & Record<string, unknown>;

/** The options that `kith run` and the commands for single steps share. */
export function addRunOptions(command: Command): Command {
  command
    .option('--input <dir>', "a day's folder: a path, file:… or s3://bucket/path")
    .option('--mapping <file>', 'how files are written and what they hold, if not found out (KITH_MAPPING)')
    .option('--as-of <iso>', 'compute weights as of then (default: 00:00 UTC of the date in the folder name)')
    .option('--reputation <csv>', 'a file of scores, user_id,pred: recommend only good users')
    .option('--model <dir>', 'score all ingested messages with this model: recommend only good users (KITH_MODEL)')
    .option('--no-reputation', 'use no scores: nobody is filtered by reputation')
    .option(
      '--allow <names>',
      'what would otherwise stop the run: an as-of earlier than the published one (earlier), in the future (future) or long ' +
        'after the newest activity (stale), and tables that lose most rows (shrink)',
    )
    .option('--like <run-id>', "with an earlier run's settings and scores, but for those given here");
  return addSettingOptions(command, 'run');
}

/**
 * Plans what was given, with the settings of the run that --like names.
 *
 * @param adjust changes settings that no option gives
 * @throws BadInputError naming the option or the file, and what is wrong with it; or if there is no such run
 */
export async function planGiven(
  { like, ...options }: GivenOptions,
  signal: AbortSignal,
  adjust: (settings: Settings) => Settings = (settings) => settings,
): Promise<PlannedRun> {
  const given = givenSettings(options);
  // For a --no- option that was not given, commander may set `true`.
  const reputation = options.reputation === true ? undefined : options.reputation;
  if (like === undefined) {
    const settings = adjust(settingsWith(given, process.env));
    return planRun(settings, { ...options, reputation, given }, signal);
  }
  const run = await withDatabase(readSettings(), signal, (database) => readRun(database, like));
  if (!run) throw new BadInputError(`There is no run ${like}: \`kith runs\` lists them all.`);
  const ofRun = { ...settingsAsEnvironment(run.settings), KITH_ENGINE: run.engine };
  const settings = adjust(settingsWith({ ...ofRun, ...given }, withoutRanking(process.env)));
  const scores = reputation === undefined && options.model === undefined ? scoresLike(run) : {};
  return planRun(settings, { ...options, reputation, ...scores, given }, signal);
}

function scoresLike({ scores }: Run): Pick<RunOptions, 'reputation' | 'model'> {
  if (!scores) return { reputation: false };
  return scores.kind === 'list' ? { reputation: scores.place } : { model: scores.place };
}

/** Adds `kith run`. */
export function addRunCommand(program: Command): void {
  addRunOptions(program.command('run').description('do one complete run, from the folder to the published tables'))
    .option('--json', 'print the run as `kith runs --json` has it')
    .option('--dry-run', 'check and compare with the published tables, but publish nothing; --input may be left out')
    .addHelpText('after', examples)
    .action(async ({ dryRun, json, ...given }: GivenOptions & { dryRun?: boolean; json?: boolean }) => {
      if (given.input === undefined && !dryRun) throw new BadInputError("Give a day's folder: kith run --input DIR.");
      const { finished, listed } = await interruptible(async (signal) => {
        const planned = await planGiven(given, signal);
        const finished = await showWork((watcher) =>
          dryRun ? runDry(planned, watcher, signal, say) : runWhole(planned, watcher, signal),
        );
        const list = (database: Database) => listRun(database, finished.run.id);
        return { finished, listed: json ? await withDatabase(planned.settings, signal, list) : undefined };
      });
      if (listed) printJson(listed);
      else print(...describeRun(finished));
    });
}
