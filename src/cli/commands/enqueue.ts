import type { Command } from 'commander';
import type { Settings } from '../../config/settings.ts';
import { BadInputError, FolderMissingError, messageOf } from '../../errors.ts';
import { dayFiles } from '../../ingest/day-folder.ts';
import { mappingOf } from '../../ingest/mapping.ts';
import { judgeQueued } from '../../jobs/judge-as-of.ts';
import { daysOf, runSettings } from '../../jobs/run-options.ts';
import { enqueueRuns } from '../../jobs/runs.ts';
import { withNetwork } from '../../jobs/with-database.ts';
import { print, say } from '../../output.ts';
import { openFolder } from '../../storage/open-folder.ts';
import { interruptible } from '../interruptible.ts';
import { addRunOptions, type GivenOptions, planGiven } from './run.ts';

const examples = `
Workers (kith worker) do the runs one after the other. If a folder is missing, they wait for it (KITH_FOLDER_PATIENCE,
6h), and so do the runs behind it: leave out days that will never arrive. A run with the same input and as-of as one
that is queued or running is not queued again.

Examples:
  $ kith enqueue --input graph_data/20240601
  $ kith enqueue --input s3://bucket/graph_data/20240601 --as-of 2024-06-01 --model models/2024
  A range of days, in order:
    $ kith enqueue --input graph_data --from 2024-05-01 --to 2024-05-31
`;

/** Adds `kith enqueue`. */
export function addEnqueueCommand(program: Command): void {
  addRunOptions(program.command('enqueue').description('queue a run, or a range of days, for the workers'))
    .option('--from <date>', "first day of a range; --input is then the folder that holds the days' folders")
    .option('--to <date>', 'last day of the range')
    .addHelpText('after', examples)
    .action(async ({ from, to, ...options }: GivenOptions & { from?: string; to?: string }) => {
      if (options.mapping !== undefined)
        throw new BadInputError(
          "--mapping can't be queued: put it into the day's folder as kith.mapping.yaml, or set KITH_MAPPING where the workers run.",
        );
      const { input, asOf } = options;
      const days = daysOf({ input, asOf }, from, to);
      const ids = await interruptible(async (signal) => {
        // The run reads the scores when it begins; reading them now reports mistakes early.
        const { settings, scores, allowed } = await planGiven(
          { ...options, input: undefined, asOf: undefined },
          signal,
        );
        await tellOfMissing(settings, days);
        return withNetwork(settings, signal, async (database) => {
          const judged = await judgeQueued(database, days, allowed);
          if (judged.note !== undefined) say(judged.note);
          const queued = await enqueueRuns(
            database,
            days.map((day) => ({
              ...day,
              scores,
              allowed: judged.allowed,
              engine: settings.engine,
              settings: runSettings(settings, scores),
            })),
          );
          const { wakeWorkers } = await import('../../jobs/worker/worker.ts');
          // Without this they notice within half a minute.
          await wakeWorkers(settings, database).catch((error) =>
            say(`The workers could not be notified: ${messageOf(error)}`),
          );
          return queued;
        });
      });
      for (const id of ids) print(`queued ${id}`);
      if (ids.length < days.length)
        print(`${days.length - ids.length} already queued or running with the same input and as-of`);
    });
}

/** @throws BadInputError if the first folder exists but can't be used */
async function tellOfMissing(settings: Settings, [first]: { input: string }[]): Promise<void> {
  if (!first) return;
  try {
    const folder = await openFolder(first.input, settings.s3);
    dayFiles(folder, await mappingOf(folder, settings.mapping, settings.userIds));
  } catch (error) {
    if (!(error instanceof FolderMissingError)) throw error;
    say(`${error.message} The run will wait for it.`);
  }
}
