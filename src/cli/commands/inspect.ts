import type { Command } from 'commander';
import { readSettings, type Settings } from '../../config/settings.ts';
import { BadInputError } from '../../errors.ts';
import { count, several } from '../../figures.ts';
import { isoSeconds } from '../../ingest/instant.ts';
import { hintFor } from '../../ingest/judge-file.ts';
import { type Inspected, inspectFolder } from '../../inspect/inspect-folder.ts';
import { withMapping } from '../../jobs/run-options.ts';
import { print } from '../../output.ts';
import { openFolder } from '../../storage/open-folder.ts';
import { interruptible } from '../interruptible.ts';
import { describeFile, describeUnread } from '../summary.ts';

const examples = `
Reads everything as a run does, and touches nothing: no engine is started, and nothing is written that stays. The exit
code is 2 if a run would refuse the folder.

Examples:
  $ kith inspect graph_data/20240601
  $ kith inspect exports/stars --mapping stars.yaml
`;

/** How many kinds of bad rows are shown. */
const mostReasons = 20;

/** Adds `kith inspect`. */
export function addInspectCommand(program: Command): void {
  program
    .command('inspect')
    .description('say what a folder holds, how its files are written, and what a run would reject')
    .argument('<dir>', "a day's folder: a path, file:… or s3://bucket/path")
    .option('--mapping <file>', 'how files are written and what they hold (KITH_MAPPING)')
    .addHelpText('after', examples)
    .action(async (dir: string, { mapping }: { mapping?: string }) => {
      const settings = withMapping(readSettings(), mapping);
      const inspected = await interruptible(async (signal) =>
        inspectFolder(await openFolder(dir, settings.s3), settings, signal),
      );
      print(...describe(inspected, settings.weighting.windowSeconds / 86_400));
      const { refused } = inspected;
      if (refused.length > 0)
        throw new BadInputError(
          `A run would refuse ${refused.join(', ')}: more than ${settings.maxRejectedPercent} % of the rows are bad ` +
            `(KITH_MAX_REJECTED_PERCENT).${hintOf(inspected, settings.userIds)}`,
        );
    });
}

/** What to do about the bad rows of the files that would be refused. */
function hintOf({ refused, rejected }: Inspected, userIds: Settings['userIds']): string {
  const hints = rejected.filter(({ file }) => refused.includes(file)).map(({ reason }) => hintFor(reason, userIds));
  return hints.find((hint) => hint !== '') ?? '';
}

function describe(
  { files, rejected, counts, messages, named, fitting, counting }: Inspected,
  windowDays: number,
): string[] {
  const lines = ['files', ...files.map(describeFile), ...describeUnread(counts.unread)];
  if (rejected.length > 0) lines.push('rejected');
  for (const { file, reason, line, text, rows } of rejected.slice(0, mostReasons))
    lines.push(`    ${file}: ${count(rows)} with "${reason}", first in line ${line}: ${text}`);
  if (rejected.length > mostReasons) lines.push(`    and ${several(rejected.length - mostReasons, 'more reason')}`);
  const { activities, users, repeated, oldest, newest } = counts;
  lines.push('holds');
  lines.push(`    ${several(users, 'user')}`);
  for (const [type, number] of Object.entries(activities))
    if (number > 0) lines.push(`    ${several(number, type, type === 'reply' ? 'replies' : `${type}s`)}`);
  if (repeated > 0) lines.push(`    ${several(repeated, 'repeated activity', 'repeated activities')}, counted once`);
  if (messages)
    lines.push(
      `    ${several(messages.count, 'message')} of ${several(messages.users, 'user')}, ${isoSeconds(messages.oldest)} to ` +
        isoSeconds(messages.newest),
    );
  if (oldest === undefined || newest === undefined || fitting === undefined) {
    lines.push('span        no activity');
    return lines;
  }
  lines.push(`span        ${isoSeconds(oldest)} to ${isoSeconds(newest)}`);
  if (named !== fitting && named !== undefined)
    lines.push(`as-of       the folder's date, ${isoSeconds(named)}, does not fit: ${activitiesCount(counting)} then`);
  lines.push(`as-of       ${isoSeconds(fitting)} fits`);
  if (named === fitting) lines.push(`            ${activitiesCount(counting)} (window ${several(windowDays, 'day')})`);
  else lines.push(`            kith run --input … --as-of ${isoSeconds(fitting)}`);
  return lines;
}

function activitiesCount(counting: number): string {
  return counting === 1 ? '1 activity counts' : `${count(counting)} activities count`;
}
