import { once } from 'node:events';
import { type Command, InvalidArgumentError } from 'commander';
import { readSettings, type Settings } from '../../config/settings.ts';
import { homeOf } from '../../engines/home.ts';
import { withDatabase } from '../../jobs/with-database.ts';
import { print, say } from '../../output.ts';
import { calledAs } from '../called-as.ts';
import { interruptible } from '../interruptible.ts';

const examples = `
Shows each run as a picture, a page for each user under /users/ID, and the jobs in Agendash under /jobs/. It listens on
loopback only, unless KITH_WEB_HOST is set. The user is kith. The password is KITH_WEB_PASSWORD, or else one that is
generated once and kept in $KITH_HOME. A second user, viewer, may look but not act on runs and jobs; its password is
KITH_WEB_VIEWER_PASSWORD, or else a generated one, unless only KITH_WEB_PASSWORD is set.
The dashboard runs until Ctrl-C.

Examples:
  $ kith dashboard
  On any free port:
    $ kith dashboard --port 0
`;

/** Adds `kith dashboard [--port N]`. */
export function addDashboardCommand(program: Command): void {
  program
    .command('dashboard')
    .description('serve a page that shows each run as a picture, and the jobs')
    .option('--port <n>', 'the port, 0 for any free port (KITH_DASHBOARD_PORT, 3007)', portOf)
    .addHelpText('after', examples)
    .action(async ({ port }: { port?: number }) => {
      const settings = readSettings();
      await interruptible((signal) => show(settings, port ?? settings.web.dashboardPort, signal));
    });
}

/** Serves the pages until the signal aborts. */
async function show(settings: Settings, port: number, signal: AbortSignal): Promise<void> {
  // Loaded here, so that other commands don't load what they don't need.
  const { openJobStore } = await import('../../jobs/worker/job-store.ts');
  const { dashboard } = await import('../../dashboard/dashboard.ts');
  const { serve } = await import('../../web/serve.ts');
  const { viewer, viewerPassword, webUser } = await import('../../web/guard.ts');
  const { processLog } = await import('../../watch/log.ts');
  await withDatabase(settings, signal, async (database) => {
    await using store = await openJobStore(settings.jobs.url ?? database.url, {
      lockLifetime: settings.jobs.lockLifetime,
      onTrouble: (error) => processLog().warn({ error }, 'job store'),
    });
    await using server = await serve(dashboard(settings, database, store.agenda, calledAs()), settings.web.host, port);
    const { passwords } = homeOf(settings);
    const password = settings.web.password ? 'KITH_WEB_PASSWORD' : passwords.web;
    print(`${server.url}/  name ${webUser}, password in ${password}`);
    const isGenerated = settings.web.viewerPassword === undefined;
    if (viewerPassword(settings) !== undefined)
      say(
        `To look but not act on runs and jobs: name ${viewer}, password in ` +
          `${isGenerated ? passwords.webViewer : 'KITH_WEB_VIEWER_PASSWORD'}`,
      );

    if (!signal.aborted) await once(signal, 'abort');
  });
}

/** A port as an argument. */
export function portOf(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new InvalidArgumentError('A port is a whole number from 0 to 65535.');
  return Number(text);
}
