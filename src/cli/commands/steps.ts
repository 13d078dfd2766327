import type { Command } from 'commander';
import { readSettings, type Settings } from '../../config/settings.ts';
import { ChecksFailedError } from '../../errors.ts';
import { isoSeconds } from '../../ingest/instant.ts';
import { type Part, runPart } from '../../jobs/by-hand.ts';
import { checkShown } from '../../jobs/check-shown.ts';
import { print, printJson } from '../../output.ts';
import { interruptible } from '../interruptible.ts';
import { showWork } from '../show-work.ts';
import { describeChecks, describeRun } from '../summary.ts';
import { addRunOptions, type GivenOptions, planGiven } from './run.ts';

const steps: Record<Part, { description: string; examples: string }> = {
  ingest: {
    description: 'load a folder into the graph',
    examples: '\nExamples:\n  $ kith ingest --input graph_data/20240601\n',
  },
  closest: {
    description: "begin a run: compute everybody's closest connections in the graph",
    examples:
      '\nExamples:\n  $ kith closest --as-of 2024-06-01\n  $ kith closest --input graph_data/20240601 --window-days 30\n',
  },
  recommend: {
    description: 'compute recommendations for the run that `closest` began, if nothing was ingested since',
    examples:
      '\nExamples:\n  $ kith recommend\n  $ kith recommend --reputation scores.csv\n  $ kith recommend --model models/2024\n',
  },
  publish: {
    description: 'check and publish what `closest` and `recommend` have computed, if nothing was ingested since',
    examples: '\nExamples:\n  $ kith publish\n',
  },
};

/** KITH_MODEL is only for recommend, the step that uses reputation; the other steps ignore it. */
function settingsOf(name: Part, settings: Settings): Settings {
  return name === 'recommend' ? settings : { ...settings, reputation: { ...settings.reputation, model: undefined } };
}

/** Adds the commands for single steps, and `kith check`. */
export function addStepCommands(program: Command): void {
  for (const [name, { description, examples }] of Object.entries(steps))
    addRunOptions(program.command(name).description(description))
      .addHelpText('after', examples)
      .action(async (given: GivenOptions) => {
        const finished = await interruptible(async (signal) => {
          const planned = await planGiven(given, signal, (settings) => settingsOf(name as Part, settings));
          return showWork((watcher) => runPart(name as Part, planned, watcher, signal));
        });
        print(...describeRun(finished));
      });
  program
    .command('check')
    .description('repeat the checks on the published tables')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExits with 3 if a check fails.\n\nExamples:\n  $ kith check\n')
    .action(async ({ json }: { json?: boolean }) => {
      const settings = readSettings();
      const { run, checks } = await interruptible((signal) => checkShown(settings, signal));
      if (json) printJson({ id: run.id, asOf: isoSeconds(run.asOf), checks });
      else print(`Run ${run.id} is shown`, ...describeChecks(checks));
      const failed = checks.filter(({ outcome }) => outcome === 'failed');
      if (failed.length > 0)
        throw new ChecksFailedError(
          `These checks fail on the published tables: ${failed.map(({ name }) => name).join(', ')}.`,
        );
    });
}
