import type { Command } from 'commander';
import { readSettings } from '../../config/settings.ts';
import { BadInputError } from '../../errors.ts';
import { count } from '../../figures.ts';
import { forget } from '../../jobs/forget/forget.ts';
import { print, say } from '../../output.ts';
import { readUserId } from '../../show/user-id.ts';
import { interruptible } from '../interruptible.ts';

const examples = `
Everything of the person goes: the user, all activities from and to them, messages, scores, lists, rejected lines, and
every published recommendation in which they are the user, the recommended or a reason. A keyed hash of the id stays in
$KITH_HOME/forgotten, so that a later load leaves the person's rows out. A run that is under way is waited for; workers
may go on. It can be repeated, as after it was stopped, and ends by listing what it can't reach.

Examples:
  What is there of 42? Nothing is changed.
    $ kith forget 42 --dry-run
  Erase it:
    $ kith forget 42 --yes
`;

/** Adds `kith forget USER`. */
export function addForgetCommand(program: Command): void {
  program
    .command('forget')
    .description('erase a person: what they did and wrote, and what names them')
    .argument('<user-id>', 'the user')
    .option('--dry-run', 'say how much there is, and change nothing')
    .option('--yes', 'do it; nothing is changed without it')
    .addHelpText('after', examples)
    .action(async (user: string, { dryRun, yes }: { dryRun?: boolean; yes?: boolean }) => {
      const settings = readSettings();
      const userId = readUserId(user, settings);
      const name = settings.userIds === 'text' ? user : userId;
      if (!yes && !dryRun)
        throw new BadInputError(
          `This would erase user ${name} from ${settings.home} and its engines for good: add --yes to do it, or --dry-run ` +
            'to see what there is.',
        );
      const isDry = dryRun === true;
      const { wasForgotten, found, unreachable } = await interruptible((signal) =>
        forget(settings, userId, {
          isDry,
          signal,
          onProgress: say,
          seen: name,
        }),
      );
      const before = wasForgotten ? ', who had been forgotten before' : '';
      print(
        isDry ? `Of user ${name}${before} there are:` : `Forgotten: user ${name}${before}. Removed:`,
        ...found.map(({ place, count: number, unit }) => `  ${count(number).padStart(9)} ${unit} (${place})`),
        'Out of reach:',
        ...unreachable.map((each) => `  ${each}`),
      );
    });
}
