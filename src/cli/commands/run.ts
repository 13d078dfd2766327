import type { Command } from 'commander';
import { readSettings } from '../../config/settings.ts';
import { BadInputError } from '../../errors.ts';
import { runWhole } from '../../jobs/by-hand.ts';
import { planRun, type RunOptions } from '../../jobs/run-options.ts';
import { print } from '../../output.ts';
import { interruptible } from '../interruptible.ts';
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
  Back to an earlier day, even if the tables become much smaller:
    $ kith run --input graph_data/20240501 --allow earlier,shrink
`;

/** The options that `kith run` and the commands for single steps share. */
export function addRunOptions(command: Command): Command {
  return command
    .option('--input <dir>', "a day's folder: a path, file:… or s3://bucket/path")
    .option('--mapping <file>', 'how files are written and what they hold, if not found out (KITH_MAPPING)')
    .option('--as-of <iso>', 'compute weights as of then (default: 00:00 UTC of the date in the folder name)')
    .option('--window-days <n>', 'how many days back activities count (KITH_WINDOW_DAYS, 90)')
    .option('--reputation <csv>', 'a file of scores, user_id,pred: recommend only good users')
    .option('--model <dir>', 'score all ingested messages with this model: recommend only good users (KITH_MODEL)')
    .option('--no-reputation', 'use no scores: nobody is filtered by reputation')
    .option('--min-reputation <x>', 'the lowest pred of a good user (KITH_MIN_REPUTATION, 0.5)')
    .option('--ranking <name>', 'how recommendations are ranked: second-degree or circles (KITH_RANKING)')
    .option('--engine <name>', 'what computes: neo4j or spark (KITH_ENGINE)')
    .option(
      '--allow <names>',
      'what would otherwise stop the run: an as-of earlier than the published one (earlier), in the future (future) or long ' +
        'after the newest activity (stale), and tables that lose most rows (shrink)',
    );
}

/** For a --no- option that was not given, commander may set `true`. */
export function optionsOf(given: Omit<RunOptions, 'reputation'> & { reputation?: string | boolean }): RunOptions {
  const { reputation, ...options } = given;
  return { ...options, reputation: reputation === true ? undefined : reputation };
}

/** Adds `kith run`. */
export function addRunCommand(program: Command): void {
  addRunOptions(program.command('run').description('do one complete run, from the folder to the published tables'))
    .addHelpText('after', examples)
    .action(async (given: RunOptions) => {
      const options = optionsOf(given);
      if (options.input === undefined) throw new BadInputError("Give a day's folder: kith run --input DIR.");
      const finished = await interruptible(async (signal) => {
        const planned = await planRun(readSettings(), options, signal);
        return showWork((watcher) => runWhole(planned, watcher, signal));
      });
      print(...describeRun(finished));
    });
}
