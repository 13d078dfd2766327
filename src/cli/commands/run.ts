import type { Command } from 'commander';
import { readSettings } from '../../config/settings.ts';
import { BadInputError } from '../../errors.ts';
import { runWhole } from '../../jobs/by-hand.ts';
import { planRun, type RunOptions } from '../../jobs/run-options.ts';
import { interruptible } from '../interruptible.ts';
import { showWork } from '../show-work.ts';
import { describeRun } from '../summary.ts';

const examples = `
Ends with exit code 0 only when the run was checked and published; 2: bad input or options, 3: a check failed,
4: an engine can't be reached, 5: another run is at work, 130: stopped, 1: a fault of Kith's own.
Whatever happens, the tables show a whole run: this one or the one before.

Examples:
  Everything as of the date that the folder is named by:
    $ kith run --input graph_data/20240601
  A longer window, and only people with a reputation of at least 0.7:
    $ kith run --input graph_data/20160401 --window-days 365 --reputation scores.csv --min-reputation 0.7
  Scores of a model, from all messages that were ingested so far:
    $ kith run --input graph_data/20240601 --model models/2024
  A folder with another name:
    $ kith run --input export --as-of 2024-06-01T00:00:00Z
`;

/** The options that `kith run` and its steps share. */
export function addRunOptions(command: Command): Command {
  return command
    .option('--input <dir>', 'the folder of a day, a path, file:… or s3://bucket/path')
    .option('--as-of <iso>', 'as of when weights are computed (default: 00:00 UTC of the date the folder is named by)')
    .option('--window-days <n>', 'how far back activities count (KITH_WINDOW_DAYS, 90)')
    .option('--reputation <csv>', 'scores user_id,pred: only good users are recommended')
    .option(
      '--model <dir>',
      'score by this model what was ingested so far: only good users are recommended (KITH_MODEL)',
    )
    .option('--no-reputation', 'no scores: nobody is filtered by reputation')
    .option('--min-reputation <x>', 'a user is good from this pred on (KITH_MIN_REPUTATION, 0.5)');
}

/** commander may make `true` of a --no- option that was not given. */
export function optionsOf(given: Omit<RunOptions, 'reputation'> & { reputation?: string | boolean }): RunOptions {
  const { reputation, ...options } = given;
  return { ...options, reputation: reputation === true ? undefined : reputation };
}

/** Adds `kith run`. */
export function addRunCommand(program: Command): void {
  addRunOptions(program.command('run').description('one whole run, from the folder to the published tables'))
    .addHelpText('after', examples)
    .action(async (given: RunOptions) => {
      const options = optionsOf(given);
      if (options.input === undefined) throw new BadInputError('Give the folder of a day: kith run --input DIR.');
      const finished = await interruptible(async (signal) => {
        const planned = await planRun(readSettings(), options, signal);
        return showWork((watcher) => runWhole(planned, watcher, signal));
      });
      process.stdout.write(`${describeRun(finished)}\n`);
    });
}
