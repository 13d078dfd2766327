import type { Command } from 'commander';
import { readSettings, type Settings } from '../../config/settings.ts';
import { homeOf } from '../../engines/home.ts';
import { serviceFileOf } from '../../engines/postgres-service.ts';
import { serverOf } from '../../engines/reach.ts';
import { down, type StackStatus, status, up } from '../../engines/stack.ts';
import { print, printSecrets, say } from '../../output.ts';
import { shellWord } from '../../shell-word.ts';
import { interruptible } from '../interruptible.ts';

const upExamples = `
The data is in $KITH_HOME (by default .kith in the checkout). Both engines listen on loopback only. An engine that is
already running is left alone. If KITH_NEO4J_URI or KITH_POSTGRES_URL is set, that server is checked and no engine is
started for it.

Examples:
  $ kith up
  A second network next to the first:
    $ KITH_HOME=~/other kith up
  On fixed ports, with more memory:
    $ KITH_BOLT_PORT=7687 KITH_HTTP_PORT=7474 KITH_POSTGRES_PORT=5432 KITH_NEO4J_HEAP=4g kith up
`;
const downExamples = `
Data, ports and passwords are kept for the next \`kith up\`. While workers are running they are named, and nothing is stopped.

Examples:
  $ kith down
`;
const statusExamples = `
Examples:
  $ kith status
  The password for Neo4j Browser, where the user is analyst:
    $ cat .kith/passwords/analyst
  A Postgres shell:
    $ PGSERVICEFILE=.kith/pg_service.conf psql service=kith
`;

/** Adds `up`, `down` and `status`. Settings are read when a command runs, so help works even if they are wrong. */
export function addEngineCommands(program: Command): void {
  program
    .command('up')
    .description('start the embedded Neo4j and Postgres and wait until both answer')
    .addHelpText('after', upExamples)
    .action(async () => {
      const settings = readSettings();
      await interruptible((signal) => up(settings, { signal, onProgress: say }));
      print(...describe(settings, await status(settings)));
    });
  program
    .command('down')
    .description('stop the embedded engines')
    .option('--force', 'even while workers are running, which start them again')
    .addHelpText('after', downExamples)
    .action(async ({ force }: { force?: boolean }) => {
      const settings = readSettings();
      // Loaded here: other commands of this file need no database.
      const { refuseWhileWorkers } = await import('../../jobs/worker/presence.ts');
      if (!force) await refuseWhileWorkers(settings);
      await interruptible((signal) => down(settings, { signal, onProgress: say }));
      say('stopped');
    });
  program
    .command('status')
    .description('show which engines are running and how to reach them')
    .option('--json', 'print JSON, with the passwords')
    .addHelpText('after', statusExamples)
    .action(async ({ json }: { json?: boolean }) => {
      const settings = readSettings();
      const now = await status(settings);
      if (json) printSecrets(now);
      else print(...describe(settings, now));
    });
}

/** The status for people: the file that holds a password, not the password itself. */
function describe(settings: Settings, { neo4j, postgres, embedded }: StackStatus): string[] {
  const home = homeOf(settings);
  const { passwords } = home;
  const rows: [string, string][] = [];
  rows.push(['Neo4j', state(neo4j, embedded.neo4j)]);
  if (neo4j.uri) rows.push(['  Bolt', neo4j.uri]);
  if (neo4j.browser) rows.push(['  Browser', neo4j.browser]);
  if (neo4j.username) rows.push(['  user', neo4j.username]);
  if (neo4j.uri) rows.push(['  password', embedded.neo4j ? `in ${passwords.neo4j}` : 'in KITH_NEO4J_PASSWORD']);
  if (neo4j.uri && embedded.neo4j) rows.push(['  analysts', `user analyst, password in ${passwords.analyst}`]);
  rows.push(['Postgres', state(postgres, embedded.postgres)]);
  if (postgres.url) rows.push(['  URL', serverOf(postgres.url)]);
  if (postgres.url) rows.push(['  password', embedded.postgres ? `in ${passwords.postgres}` : 'in KITH_POSTGRES_URL']);
  if (postgres.url && embedded.postgres)
    rows.push(['  psql', `PGSERVICEFILE=${shellWord(serviceFileOf(home))} psql service=kith`]);
  return rows.map(([name, value]) => `${name.padEnd(12)}${value}`);
}

function state({ running, pid }: { running: boolean; pid?: number }, isEmbedded: boolean): string {
  if (!isEmbedded) return running ? 'answers' : 'does not answer';
  if (running) return `runs (process ${pid})`;
  return pid ? `process ${pid} runs but does not answer yet` : 'stopped; start it with `kith up`';
}
