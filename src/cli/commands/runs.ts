import type { Command } from 'commander';
import { readSettings } from '../../config/settings.ts';
import { BadInputError } from '../../errors.ts';
import { seconds, several } from '../../figures.ts';
import { type ListedRun, listRuns } from '../../jobs/list-runs.ts';
import { giveUpRun } from '../../jobs/runs.ts';
import { withDatabase } from '../../jobs/with-database.ts';
import { print, printJson } from '../../output.ts';
import { interruptible } from '../interruptible.ts';

const examples = `
Examples:
  $ kith runs
  $ kith runs --json --last 1
  $ kith runs --give-up 20240601-20240601T070000123Z-5f3a
`;

/** Adds `kith runs`. */
export function addRunsCommand(program: Command): void {
  program
    .command('runs')
    .description('list runs: what was done, is being done, and waits')
    .option('--json', 'print JSON')
    .option('--last <n>', 'how many runs, newest first', '20')
    .option('--give-up <id>', 'cancel a run that is queued, or that workers are doing')
    .addHelpText('after', examples)
    .action(async ({ json, last, giveUp }: { json?: boolean; last: string; giveUp?: string }) => {
      if (!/^[1-9]\d{0,5}$/.test(last)) throw new BadInputError('--last should be a whole number, 1 or more.');
      const runs = await interruptible((signal) =>
        withDatabase(readSettings(), signal, async (database) => {
          if (giveUp !== undefined && !(await giveUpRun(database, giveUp)))
            throw new BadInputError(`There is no run ${giveUp} that is queued, or that workers are doing.`);
          return listRuns(database, Number(last));
        }),
      );
      if (json) printJson(runs);
      else print(...(runs.length > 0 ? runs.flatMap(linesOf) : ['no runs yet: kith run --input DIR']));
    });
}

function linesOf({ id, asOf, status, error, startedAt, finishedAt, steps }: ListedRun): string[] {
  const head = `${id}  as of ${asOf}  ${status}${took(startedAt, finishedAt)}${error ? `: ${error}` : ''}`;
  return [
    head,
    ...steps.map((step) => {
      const rows = step.rows === null ? '' : `, ${several(step.rows, 'row')}`;
      const by = step.worker === null ? '' : `, ${step.worker}`;
      const why = step.error && step.error !== error ? `: ${step.error}` : '';
      return `  ${step.name.padEnd(11)}${step.status.padEnd(8)} ${several(step.attempts, 'attempt')}${rows}${took(step.startedAt, step.finishedAt)}${by}${why}`;
    }),
  ];
}

function took(from: string | null, to: string | null): string {
  return from && to ? ` in ${seconds((Date.parse(to) - Date.parse(from)) / 1000)}` : '';
}
