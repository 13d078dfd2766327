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
import { stepNames } from '../step-name.ts';
import { withDatabase } from '../with-database.ts';
import { openJobStore } from './job-store.ts';
import { Observer } from './observer.ts';
import { type Ends, QueueJobs, wakeJob } from './queue-jobs.ts';
import { followSettings } from './schedule.ts';

/** Milliseconds between two looks whether an embedded engine has died. */
const watchMs = 5_000;

/**
 * Does queued runs, step by step, until it is drained. Several workers share the work; embedded engines that died are started again.
 */
export async function work(settings: Settings, { stop, drain, log }: Ends & { log: Log }): Promise<void> {
  await withDatabase(settings, stop, async (database) => {
    const metrics = new Metrics([...stepNames]);
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
    const jobs = new QueueJobs(agenda, settings, database, { stop, drain }, new Observer(log, metrics, traces));
    await jobs.define();
    await followSettings(agenda, settings);
    await agenda.start();
    log.info({ worker: workerName(), metrics: `${pages.url}/metrics` }, 'worker ready');
    const watch = keepEngines(settings, stop, log);
    try {
      // Another worker's look may be locked by its death.
      await jobs.lookAfterQueue().catch((error) => log.warn({ error }, 'queue'));
      if (!drain.aborted) await once(drain, 'abort');
      log.info('draining: the steps under way are finished first');
      // Agenda may wait for ever for a job that ends at this moment, so our own work decides.
      await Promise.race([agenda.drain({ signal: stop, closeConnection: false }), jobs.rest()]);
    } finally {
      clearInterval(watch);
      await jobs.rest();
    }
  });
}

/** At the port of the settings, or any other if another worker of this machine has it. */
async function metricsPages(metrics: Metrics, settings: Settings, log: Log): Promise<PageServer> {
  return serveMetrics(metrics, settings).catch((error) => {
    if (settings.web.metricsPort === 0) throw error;
    log.warn({ error }, 'metrics are at another port');
    return serveMetrics(metrics, { ...settings, web: { ...settings.web, metricsPort: 0 } });
  });
}

/** Tells the workers at once that a run waits; they would notice within half a minute. */
export async function wakeWorkers(settings: Settings, database: Database): Promise<void> {
  const { lockLifetime, url } = settings.jobs;
  await using store = await openJobStore(url ?? database.url, { lockLifetime, onTrouble: () => undefined });
  store.agenda.define(wakeJob, async () => undefined);
  await store.agenda.now(wakeJob);
}

/** Starts embedded engines that died, now and then; whoever else does so at the same time waits for the same start. */
function keepEngines(settings: Settings, signal: AbortSignal, log: Log): NodeJS.Timeout {
  let isLooking = false;
  return setInterval(async () => {
    if (isLooking || (settings.neo4j && settings.postgresUrl)) return;
    isLooking = true;
    await up(settings, { signal }).catch((error) => log.warn({ error }, 'engines'));
    isLooking = false;
  }, watchMs);
}
