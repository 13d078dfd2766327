import { once } from 'node:events';
import type { Command } from 'commander';
import { readSettings, type Settings } from '../../config/settings.ts';
import { messageOf } from '../../errors.ts';
import { withDatabase } from '../../jobs/with-database.ts';
import { print, say } from '../../output.ts';
import { interruptible } from '../interruptible.ts';
import { portOf } from './dashboard.ts';

const examples = `
A read-only HTTP API over the published tables, for those who don't want SQL: /openapi.json describes it. Requests bring
the name and password of a reader (kith readers add): Authorization: Bearer NAME.PASSWORD. It listens on loopback only,
unless KITH_WEB_HOST is set; put TLS before it where it leaves the machine. It serves until Ctrl-C or SIGTERM;
then it answers the requests that are under way, for up to 30 seconds.

Examples:
  $ kith readers add app
  $ kith serve
  $ curl -H "Authorization: Bearer app.PASSWORD" http://127.0.0.1:3008/v1/users/42/recommendations?limit=5
`;

/** Behind a proxy all requests come from one address. */
const mostOfAddress = 512;
/** Milliseconds that requests under way have at the end: as long as a reader's query may take by default. */
const endsWithin = 30_000;

/** Adds `kith serve [--port N]`. */
export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .description('serve the published tables over HTTP')
    .option('--port <n>', 'the port, 0 for any free port (KITH_SERVE_PORT, 3008)', portOf)
    .addHelpText('after', examples)
    .action(async ({ port }: { port?: number }) => {
      const settings = readSettings();
      await interruptible((signal) => serveApi(settings, port ?? settings.web.servePort, signal));
    });
}

/** Serves until the signal aborts. */
async function serveApi(settings: Settings, port: number, signal: AbortSignal): Promise<void> {
  // Loaded here, so that other commands don't load what they don't need.
  const { api } = await import('../../serve/api.ts');
  const { freshness } = await import('../../serve/freshness.ts');
  const { ReaderPools } = await import('../../serve/readers-pools.ts');
  const { serve } = await import('../../web/serve.ts');
  const { openJobStore } = await import('../../jobs/worker/job-store.ts');
  const { processLog } = await import('../../watch/log.ts');
  await withDatabase(settings, signal, async (database) => {
    const onTrouble = (error: string) => processLog().warn({ error }, 'job store');
    // It only tells when the next run is due, so the tables are served without it.
    await using store = await openJobStore(settings.jobs.url ?? database.url, {
      lockLifetime: settings.jobs.lockLifetime,
      onTrouble,
    }).catch((error) => {
      onTrouble(messageOf(error));
      return undefined;
    });
    await using pools = new ReaderPools(database.url);
    const app = api({
      userIds: settings.userIds,
      pools,
      freshFor: freshness(database, store?.agenda),
      check: async () => void (await database.query('sql/runs/now.sql')),
    });
    await using server = await serve(app, settings.web.host, port, { mostOfAddress, endsWithin });
    print(server.url);
    say('Readers come with Authorization: Bearer NAME.PASSWORD (kith readers add); Ctrl-C ends it.');
    if (!signal.aborted) await once(signal, 'abort');
  });
}
