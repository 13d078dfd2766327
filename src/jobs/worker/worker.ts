import { once } from 'node:events';
import type { Settings } from '../../config/settings.ts';
import { up } from '../../engines/stack.ts';
import type { Database } from '../../postgres/database.ts';
import type { Log } from '../../watch/log.ts';
import { Metrics } from '../../watch/metrics.ts';
import { openTraces } from '../../watch/traces.ts';
import { serveMetrics } from '../../web/metrics-server.ts';
import type { PageServer } from '../../web/serve.ts';
import { workerName } from '../attempt.ts';
import { runLog } from '../run-log.ts';
import { currentTime } from '../runs.ts';
import { wholeRun } from '../step-name.ts';
import { withNetwork } from '../with-database.ts';
import { openJobStore } from './job-store.ts';
import { Observer } from './observer.ts';
import { Presence } from './presence.ts';
import { type Ends, QueueJobs, wakeJob } from './queue-jobs.ts';
import { followSettings } from './schedule.ts';

/** How often to check whether an embedded engine has died, in milliseconds. */
const watchMs = 5_000;

/**
 * Does queued runs, step by step, until it is drained. Several workers share the work. Embedded engines that die are
 * restarted.
 *
 * @param onEnd called when all work is over, and only connections are left to be closed
 */
export async function work(
  settings: Settings,
  { stop, drain, log, onEnd }: Ends & { log: Log; onEnd: () => void },
): Promise<void> {
  // Until it is ready there is no step to finish, so one signal is enough.
  await withNetwork(settings, AbortSignal.any([stop, drain]), async (database) => {
    const metrics = new Metrics([...wholeRun]);
    await using pages = await metricsPages(metrics, settings, log);
    await using traces = await openTraces(log);
    await using store = await openJobStore(settings.jobs.url ?? database.url, {
      lockLifetime: settings.jobs.lockLifetime,
      onTrouble: (error) => {
        metrics.jobStoreTrouble();
        log.warn({ error }, 'job store');
      },
    });
    const { agenda } = store;
    const observer = new Observer(log, runLog(settings), metrics, traces);
    const jobs = new QueueJobs(agenda, settings, database, { stop, drain }, observer);
    await jobs.define();
    await followSettings(agenda, settings, await currentTime(database));
    await agenda.start();
    await using presence = new Presence(database);
    await presence.keep();
    log.info({ worker: workerName(), metrics: `${pages.url}/metrics` }, 'worker ready');
    const watch = keepEngines(settings, presence, stop, log);
    try {
      // A worker that died may still hold the queue's job, so this check does not go through Agenda.
      await jobs.lookAfterQueue();
      if (!drain.aborted) await once(drain, 'abort');
      log.info('draining: the current steps are finished first');
    } finally {
      await jobs.end();
      clearInterval(watch);
      onEnd();
    }
  });
}

/** Serves the metrics on the port from the settings, or on any free port if another worker has taken it. */
async function metricsPages(metrics: Metrics, settings: Settings, log: Log): Promise<PageServer> {
  return serveMetrics(metrics, settings).catch((error) => {
    if (settings.web.metricsPort === 0) throw error;
    log.warn({ error }, 'metrics are on another port');
    return serveMetrics(metrics, { ...settings, web: { ...settings.web, metricsPort: 0 } });
  });
}

/** Tells the workers that a run is queued, which they would otherwise notice within half a minute. */
export async function wakeWorkers(settings: Settings, database: Database): Promise<void> {
  const { lockLifetime, url } = settings.jobs;
  await using store = await openJobStore(url ?? database.url, { lockLifetime, onTrouble: () => undefined });
  store.agenda.define(wakeJob, async () => undefined);
  await store.agenda.now(wakeJob);
}

/** Periodically restarts embedded engines that died; processes that do so at the same time wait for the same start. */
function keepEngines(settings: Settings, presence: Presence, signal: AbortSignal, log: Log): NodeJS.Timeout {
  let isLooking = false;
  return setInterval(async () => {
    void presence.keep();
    if (isLooking || (settings.neo4j && settings.postgresUrl)) return;
    isLooking = true;
    await up(settings, { signal }).catch((error) => log.warn({ error }, 'engines'));
    isLooking = false;
  }, watchMs);
}
