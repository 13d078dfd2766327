import type { Command } from 'commander';
import { readSettings } from '../../config/settings.ts';
import { BadInputError } from '../../errors.ts';
import type { ScheduleChange } from '../../jobs/worker/change-schedule.ts';
import { interruptible } from '../interruptible.ts';

const examples = `
Without options it shows the schedule. At its time a worker (kith worker) queues the run of the day's folder, which is the one named by the
date in the time zone; a folder that is not there yet is waited for (KITH_FOLDER_PATIENCE, 6h). A machine that slept over the time
queues the run when it wakes. Scores come from KITH_MODEL of the worker.

Examples:
  $ kith schedule
  $ kith schedule --input-root s3://bucket/graph_data --at '0 7 * * *' --time-zone America/New_York
  $ kith schedule --off
`;

/** Adds `kith schedule`. */
export function addScheduleCommand(program: Command): void {
  program
    .command('schedule')
    .description('show when the daily run is queued, or set it')
    .option('--at <cron>', "five fields of cron (KITH_SCHEDULE, '0 7 * * *')")
    .option('--time-zone <zone>', 'the zone of that time, such as America/New_York (KITH_TIME_ZONE, UTC)')
    .option('--input-root <dir>', "the folder of the days' folders YYYYMMDD, a path or s3://… (KITH_INPUT_ROOT)")
    .option('--off', 'no daily run any more')
    .addHelpText('after', examples)
    .action(async ({ off, ...change }: ScheduleChange & { off?: boolean }) => {
      const isChange = Object.keys(change).length > 0;
      if (off && isChange) throw new BadInputError('--off goes with no other option.');
      const settings = readSettings({
        ...process.env,
        ...(change.at === undefined ? {} : { KITH_SCHEDULE: change.at }),
        ...(change.timeZone === undefined ? {} : { KITH_TIME_ZONE: change.timeZone }),
      });
      const { changeSchedule } = await import('../../jobs/worker/change-schedule.ts');
      const schedule = await interruptible((signal) =>
        changeSchedule(settings, off ? 'off' : isChange ? change : 'show', signal),
      );
      process.stdout.write(
        schedule && !schedule.isOff
          ? `${schedule.cron} in ${schedule.timeZone}, on ${schedule.inputRoot}/YYYYMMDD\n` +
              `next ${schedule.next?.toISOString() ?? 'never'}; a worker has to run then: kith worker\n`
          : 'no daily run is scheduled: kith schedule --input-root DIR\n',
      );
    });
}
