import type { Command } from 'commander';
import { readSettings } from '../../config/settings.ts';
import { BadInputError } from '../../errors.ts';
import { listRuns } from '../../jobs/list-runs.ts';
import { enqueueRuns } from '../../jobs/queue.ts';
import { daysOf, type RunOptions, withOptions } from '../../jobs/run-options.ts';
import { withDatabase } from '../../jobs/with-database.ts';
import { interruptible } from '../interruptible.ts';
import { addRunOptions, optionsOf } from './run.ts';

const workerExamples = `
Does queued runs, step by step, until it is told to end: SIGTERM or Ctrl-C lets what is under way come to its end, a second one
ends at once, and the run goes on where it was. Several workers share the work.

Examples:
  $ kith worker
  $ kith enqueue --input graph_data/20240601
`;

const scheduleExamples = `
A worker has to run at that time (kith worker); one that slept over it queues the run once when it wakes. The run's folder is that of the date in the
time zone, and is waited for (KITH_FOLDER_PATIENCE, 6h) if it is not there yet.

Examples:
  $ kith schedule
  $ kith schedule --input-root s3://bucket/graph_data --at '0 7 * * *' --time-zone America/New_York
  $ kith schedule --off
`;

const enqueueExamples = `
Examples:
  $ kith enqueue --input graph_data/20240601
  $ kith enqueue --input s3://bucket/graph_data/20240601 --as-of 2024-06-01 --model models/2024
  A range of days, in order:
    $ kith enqueue --input graph_data --from 2024-05-01 --to 2024-05-31
`;

/** Adds `kith worker`, `enqueue` and `runs`. */
export function addJobCommands(program: Command): void {
  program
    .command('worker')
    .description('do queued runs until it is told to end')
    .addHelpText('after', workerExamples)
    .action(async () => {
      const settings = readSettings();
      const { work } = await import('../../jobs/worker.ts');
      const drain = new AbortController();
      const stop = new AbortController();
      const onSignal = () => (drain.signal.aborted ? stop : drain).abort();
      process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
      try {
        const { log } = await import('../../watch/log.ts');
        await work(settings, { stop: stop.signal, drain: drain.signal, log });
      } finally {
        process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
        // Agenda waits for half a lock's life after every job, to see whether it still lives: nothing else is left.
        setImmediate(() => process.exit());
      }
    });
  addRunOptions(program.command('enqueue').description('queue a run, or a range of days, for the workers'))
    .option('--from <date>', "the first day of a range; --input is then the folder of the days' folders")
    .option('--to <date>', 'the last day of the range')
    .addHelpText('after', enqueueExamples)
    .action(async (given: RunOptions & { from?: string; to?: string }) => {
      const { from, to, ...options } = { ...given, ...optionsOf(given) };
      const settings = withOptions(readSettings(), options);
      const days = daysOf(options, from, to);
      const place = options.reputation || options.model || settings.reputation.model;
      const kind = options.reputation ? ('list' as const) : ('model' as const);
      const scores = options.reputation === false || !place ? undefined : { kind, place };
      const ids = await interruptible((signal) =>
        withDatabase(settings, signal, async (database) => {
          const queued = await enqueueRuns(
            database,
            settings,
            days.map((day) => ({ ...day, scores })),
          );
          const { wakeWorkers } = await import('../../jobs/worker.ts');
          await wakeWorkers(settings, database);
          return queued;
        }),
      );
      for (const id of ids) process.stdout.write(`queued ${id}\n`);
      if (ids.length < days.length)
        process.stdout.write(`${days.length - ids.length} queued or at work already, by input and as-of\n`);
    });
  program
    .command('schedule')
    .description('show when the daily run is queued, or set it')
    .option('--at <cron>', "five fields of cron, such as '0 7 * * *' (KITH_SCHEDULE)")
    .option('--time-zone <zone>', 'the zone of that time, such as America/New_York (KITH_TIME_ZONE)')
    .option('--input-root <dir>', "the folder of the days' folders YYYYMMDD, a path or s3://… (KITH_INPUT_ROOT)")
    .option('--off', 'no daily run any more')
    .addHelpText('after', scheduleExamples)
    .action(async (options: { at?: string; timeZone?: string; inputRoot?: string; off?: boolean }) => {
      const settings = readSettings({
        ...process.env,
        ...(options.at === undefined ? {} : { KITH_SCHEDULE: options.at }),
        ...(options.timeZone === undefined ? {} : { KITH_TIME_ZONE: options.timeZone }),
        ...(options.inputRoot === undefined ? {} : { KITH_INPUT_ROOT: options.inputRoot }),
      });
      const isSet = options.at !== undefined || options.timeZone !== undefined || options.inputRoot !== undefined;
      const { changeSchedule } = await import('../../jobs/change-schedule.ts');
      const schedule = await interruptible((signal) =>
        changeSchedule(settings, options.off ? 'off' : isSet ? options : 'show', signal),
      );
      process.stdout.write(
        schedule
          ? `${schedule.cron} in ${schedule.timeZone}, on ${schedule.inputRoot}/YYYYMMDD` +
              `${schedule.scores ? `, scores from ${schedule.scores.place}` : ', nobody filtered by reputation'}\n` +
              `next ${schedule.next?.toISOString() ?? 'never'}\n`
          : 'no daily run is scheduled: kith schedule --input-root DIR\n',
      );
    });
  program
    .command('runs')
    .description('what ran, and how')
    .option('--json', 'as JSON')
    .option('--last <n>', 'how many, the newest first', '20')
    .option('--give-up <id>', 'a queued run, or one under way, is not done any more')
    .addHelpText('after', '\nExamples:\n  $ kith runs\n  $ kith runs --json --last 1\n')
    .action(async ({ json, last, giveUp }: { json?: boolean; last: string; giveUp?: string }) => {
      if (!/^[1-9]\d{0,5}$/.test(last)) throw new BadInputError('--last should be a whole number from 1 on.');
      const runs = await interruptible((signal) =>
        withDatabase(readSettings(), signal, async (database) => {
          if (giveUp !== undefined && (await database.query('sql/runs/give-up.sql', [giveUp])).length === 0)
            throw new BadInputError(`There is no run ${giveUp} that is queued or under way.`);
          return listRuns(database, Number(last));
        }),
      );
      if (json) {
        process.stdout.write(`${JSON.stringify(runs, undefined, 2)}\n`);
        return;
      }
      for (const run of runs) {
        process.stdout.write(`${run.id}  as of ${run.asOf}  ${run.status}${run.error ? `: ${run.error}` : ''}\n`);
        for (const step of run.steps)
          process.stdout.write(
            `  ${step.name.padEnd(11)}${step.status.padEnd(9)}${step.attempts} ${step.attempts === 1 ? 'attempt' : 'attempts'}` +
              `${step.rows === null ? '' : `, ${step.rows.toLocaleString('en')} rows`}${step.worker ? `, ${step.worker}` : ''}` +
              `${step.error ? `: ${step.error}` : ''}\n`,
          );
      }
    });
}
