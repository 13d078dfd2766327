import type { Command } from 'commander';
import { readSettings, type Settings } from '../../config/settings.ts';
import { ChecksFailedError } from '../../errors.ts';
import { planRun, type RunOptions, withOptions } from '../../jobs/run-options.ts';
import { checkShown, runStepAlone, type StepAlone } from '../../jobs/step-alone.ts';
import { conduct } from '../conduct.ts';
import { interruptible } from '../interruptible.ts';
import { describeChecks, describeRun } from '../summary.ts';
import { addRunOptions, optionsOf } from './run.ts';

const steps: Record<StepAlone, { description: string; examples: string }> = {
  ingest: {
    description: 'bring a folder into the graph',
    examples: '\nExamples:\n  $ kith ingest --input graph_data/20240601\n',
  },
  closest: {
    description: "compute everybody's closest connections in the graph; begins a run",
    examples:
      '\nExamples:\n  $ kith closest --as-of 2024-06-01\n  $ kith closest --input graph_data/20240601 --window-days 30\n',
  },
  recommend: {
    description: 'compute and stage recommendations for the run that closest began',
    examples:
      '\nExamples:\n  $ kith recommend\n  $ kith recommend --reputation scores.csv\n  $ kith recommend --model models/2024\n',
  },
  publish: {
    description: 'check and show what recommend has staged',
    examples: '\nExamples:\n  $ kith publish\n',
  },
};

/** KITH_MODEL is for recommend, the step that decides on reputation; the others neither read nor judge it. */
function settingsOf(name: StepAlone, settings: Settings): Settings {
  return name === 'recommend' ? settings : { ...settings, reputation: { ...settings.reputation, model: undefined } };
}

/** Adds the steps of a run alone, and `kith check`. */
export function addStepCommands(program: Command): void {
  for (const [name, { description, examples }] of Object.entries(steps))
    addRunOptions(program.command(name).description(description))
      .addHelpText('after', examples)
      .action(async (given: RunOptions) => {
        const options = optionsOf(given);
        const settings = settingsOf(name as StepAlone, withOptions(readSettings(), options));
        const finished = await interruptible(async (signal) =>
          runStepAlone(name as StepAlone, settings, options, await planRun(settings, options, signal), conduct, signal),
        );
        process.stdout.write(`${describeRun(finished)}\n`);
      });
  program
    .command('check')
    .description('repeat the checks on the published tables')
    .addHelpText('after', '\nExits with 3 if a check fails.\n\nExamples:\n  $ kith check\n')
    .action(async () => {
      const settings = readSettings();
      const { run, checks } = await interruptible((signal) => checkShown(settings, signal));
      process.stdout.write(`Run ${run.id} is shown\n${describeChecks(checks).join('\n')}\n`);
      const failed = checks.filter(({ outcome }) => outcome === 'failed');
      if (failed.length > 0)
        throw new ChecksFailedError(
          `These checks fail on what is shown: ${failed.map(({ name }) => name).join(', ')}.`,
        );
    });
}
