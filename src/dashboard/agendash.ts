import type { Agenda, AgendaStatus } from 'agenda';
import { createExpressMiddleware } from 'agendash';
import { type RequestHandler, Router } from 'express';

/** Agendash, to be mounted at a path of its own: shows and changes what is in the job store. */
export function agendash(agenda: Agenda): Router {
  return Router().use(withSlash, strictPolicy).get('/api/stats', status(agenda)).use(createExpressMiddleware(agenda));
}

/** Its own addresses are relative to this path. */
const withSlash: RequestHandler = ({ baseUrl, originalUrl }, response, next) => {
  if (originalUrl === baseUrl) response.redirect(`${baseUrl}/`);
  else next();
};

/** Its own policy allows its scripts and styles; this adds that nobody may frame it or send forms from it. */
const strictPolicy: RequestHandler = (_, response, next) => {
  const set = response.setHeader.bind(response);
  response.setHeader = (name, value) =>
    set(name, /^content-security-policy$/i.test(name) ? `${value}; ${further}` : value);
  next();
};
const further = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";

/**
 * What Agendash asks of a process that runs jobs. This one doesn't, and Agenda would throw; the store's numbers are
 * given instead.
 */
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
