import type { Agenda, AgendaStatus } from 'agenda';
import { createExpressMiddleware } from 'agendash';
import { type RequestHandler, Router } from 'express';

/** Agendash, for mounting in a folder of its own: what is in the job store, to look at and to change. */
export function agendash(agenda: Agenda): Router {
  return Router().use(withSlash).get('/api/stats', status(agenda)).use(createExpressMiddleware(agenda));
}

/** Its own addresses are relative to its folder. */
const withSlash: RequestHandler = ({ baseUrl, originalUrl }, response, next) => {
  if (originalUrl === baseUrl) response.redirect(`${baseUrl}/`);
  else next();
};

/** What Agendash asks of a process that does jobs. This one doesn't, for which Agenda would have an error: the store's numbers stand in. */
function status(agenda: Agenda): RequestHandler {
  return async (_, response) => {
    const jobs = await agenda.getJobsOverview();
    const sum = (state: 'queued' | 'running') => jobs.reduce((all, job) => all + job[state], 0);
    response.json({
      version: 'of kith worker',
      queueName: 'kith dashboard, which shows jobs and does none',
      totalQueueSizeDB: sum('queued'),
      config: { totalLockLimit: 0, maxConcurrency: 0, processEvery: 0 },
      backend: { name: 'the job store', hasNotificationChannel: agenda.hasNotificationChannel() },
      internal: { localQueueProcessing: 0 },
      queuedJobs: sum('queued'),
      runningJobs: sum('running'),
      lockedJobs: sum('running'),
    } satisfies AgendaStatus);
  };
}
