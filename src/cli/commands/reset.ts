import type { Command } from 'commander';
import { readSettings } from '../../config/settings.ts';
import { BadInputError } from '../../errors.ts';
import { several } from '../../figures.ts';
import { resetNetwork } from '../../jobs/reset.ts';
import { print } from '../../output.ts';
import { interruptible } from '../interruptible.ts';

const examples = `
Engines, passwords, models and settings are kept. Ingested messages, their scores, and the reports of earlier runs in
$KITH_HOME/runs are removed too.

Examples:
  $ kith reset --yes
`;

/** Adds `kith reset`. */
export function addResetCommand(program: Command): void {
  program
    .command('reset')
    .description('empty the network in $KITH_HOME: graph, tables and caches')
    .option('--yes', 'do it; nothing is changed without it')
    .addHelpText('after', examples)
    .action(async ({ yes }: { yes?: boolean }) => {
      const settings = readSettings();
      if (!yes)
        throw new BadInputError(
          `This would empty the graph, the tables and the messages in ${settings.home}, remove the store of an embedded Neo4j ` +
            "that can't open it, and move aside the data of an embedded Postgres that can't open them: add --yes to do it.",
        );
      const removed = await interruptible((signal) => resetNetwork(settings, signal));
      const graph =
        removed.users === undefined
          ? 'the graph (its store was replaced)'
          : `${several(removed.users, 'user')} and ${several(removed.activities ?? 0, 'activity', 'activities')} in the graph`;
      print(
        `Emptied: ${graph}, ${several(removed.rows, 'published row')}, ${several(removed.runs, 'run')}, all messages.`,
      );
      if (removed.aside !== undefined)
        print(
          `Postgres could not open its data: it is in ${removed.aside} now, and roles, grants and other databases in it are lost. ` +
            "Delete it once you don't need it.",
        );
    });
}
