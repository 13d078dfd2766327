import type { Command } from 'commander';
import { readSettings } from '../../config/settings.ts';
import { BadInputError } from '../../errors.ts';
import { several } from '../../figures.ts';
import { withDatabase } from '../../jobs/with-database.ts';
import { print, printJson, printSecret, say } from '../../output.ts';
import { addReader, listReaders, removeReader } from '../../postgres/readers.ts';
import { interruptible } from '../interruptible.ts';

const examples = `
A reader is a role in Postgres that can only SELECT in the schema graph_recs. Its password is shown once and kept nowhere.

Examples:
  $ kith readers add app
  $ kith readers add reports --limit 2 --timeout 5m
  $ kith readers list
  $ kith readers remove app
`;

/** Adds `kith readers`. */
export function addReadersCommand(program: Command): void {
  const readers = program
    .command('readers')
    .description('who may read the published tables')
    .addHelpText('after', examples);
  readers
    .command('add')
    .description('make a role that can only read the published tables')
    .argument('<name>', "the role's name")
    .option('--limit <connections>', 'how many connections it may have at once', '20')
    .option('--timeout <span>', 'after how long a query of its is ended, such as 30s or 5m', '30s')
    .action(async (name: string, { limit, timeout }: { limit: string; timeout: string }) => {
      if (!/^[1-9]\d{0,3}$/.test(limit))
        throw new BadInputError('--limit should be a whole number of connections, 1 to 9999.');
      if (!/^[1-9]\d{0,5}(s|min|m|h)$/.test(timeout))
        throw new BadInputError('--timeout should be a span such as 30s or 5m.');
      const { password, url } = await interruptible((signal) =>
        withDatabase(readSettings(), signal, async (database) => ({
          password: await addReader(database, name, {
            connections: Number(limit),
            timeout: timeout.replace(/m$/, 'min'),
          }),
          url: new URL(database.url),
        })),
      );
      url.username = name;
      url.password = password;
      say(
        `Reader ${name}, with at most ${several(Number(limit), 'connection')}. Its password is in this URL, which is shown only now:`,
      );
      printSecret(url.href);
    });
  readers
    .command('list')
    .description('list the readers')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const found = await interruptible((signal) => withDatabase(readSettings(), signal, listReaders));
      if (json) printJson(found);
      else if (found.length === 0) print('no readers yet: kith readers add NAME');
      else
        print(
          ...found.map(
            ({ name, limit, connections, timeout }) =>
              `${name}  ${connections} of ${limit < 0 ? 'any number of connections' : several(limit, 'connection')}${timeout ? `, queries of at most ${timeout}` : ''}`,
          ),
        );
    });
  readers
    .command('remove')
    .description('remove a reader and end its connections')
    .argument('<name>', "the role's name")
    .action(async (name: string) => {
      await interruptible((signal) => withDatabase(readSettings(), signal, (database) => removeReader(database, name)));
      print(`Reader ${name} is removed.`);
    });
}
