import { type Command, Option } from 'commander';
import { engineNames, rankingNames } from '../../config/environment.ts';
import { readSettings } from '../../config/settings.ts';
import { BadInputError } from '../../errors.ts';
import type { ScheduleChange } from '../../jobs/worker/change-schedule.ts';
import type { Due, KeptSchedule } from '../../jobs/worker/schedule.ts';
import { print, printJson } from '../../output.ts';
import { interruptible } from '../interruptible.ts';

const examples = `
Without options, this shows the schedule. At the scheduled time a worker (kith worker) queues a run on the day's folder,
the one named by the date in the time zone. If the folder is missing, the run waits for it (KITH_FOLDER_PATIENCE, 6h).
A machine that was asleep at that time queues the run when it wakes up. Scores come from the worker's KITH_MODEL.

Examples:
  $ kith schedule
  $ kith schedule --input-root s3://bucket/graph_data --at '0 7 * * *' --time-zone America/New_York
  $ kith schedule --off
`;

/** Adds `kith schedule`. */
export function addScheduleCommand(program: Command): void {
  program
    .command('schedule')
    .description('show or set when the daily run is queued')
    .option('--at <cron>', "five cron fields (KITH_SCHEDULE, '0 7 * * *')")
    .option('--time-zone <zone>', 'the time zone of --at, such as America/New_York (KITH_TIME_ZONE, UTC)')
    .option('--input-root <dir>', "where the days' folders YYYYMMDD are; a path or s3://… (KITH_INPUT_ROOT)")
    .addOption(
      new Option('--ranking <name>', "how its runs are ranked (the worker's KITH_RANKING)").choices(rankingNames),
    )
    .addOption(new Option('--engine <name>', "what computes its runs (the worker's KITH_ENGINE)").choices(engineNames))
    .option('--off', 'turn the daily run off')
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async ({ off, json, ...change }: ScheduleChange & { off?: boolean; json?: boolean }) => {
      const isChange = Object.keys(change).length > 0;
      if (off && isChange) throw new BadInputError("--off can't be combined with other options.");
      const settings = readSettings({
        ...process.env,
        ...(change.at === undefined ? {} : { KITH_SCHEDULE: change.at }),
        ...(change.timeZone === undefined ? {} : { KITH_TIME_ZONE: change.timeZone }),
      });
      const { changeSchedule } = await import('../../jobs/worker/change-schedule.ts');
      const schedule = await interruptible((signal) =>
        changeSchedule(settings, off ? 'off' : isChange ? change : 'show', signal),
      );
      if (json) printJson(schedule && !schedule.isOff ? asJson(schedule) : null);
      else if (!schedule || schedule.isOff) print('no daily run is scheduled: kith schedule --input-root DIR');
      else
        print(
          `${schedule.cron} in ${schedule.timeZone}, on ${schedule.inputRoot}/YYYYMMDD` +
            (schedule.ranking ? `, ranked by ${schedule.ranking}` : '') +
            (schedule.engine ? `, on ${schedule.engine}` : ''),
          `next ${schedule.next.at.toISOString()}; a worker has to be running then: kith worker`,
        );
    });
}

function asJson({ cron, timeZone, inputRoot, ranking, engine, next }: KeptSchedule & { next: Due }): object {
  return { cron, timeZone, inputRoot, ranking, engine, next: next.at.toISOString() };
}
