import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Agenda } from 'agenda';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { styleSheet } from '../config/project.ts';
import type { Settings } from '../config/settings.ts';
import { status } from '../engines/stack.ts';
import { BadInputError, KithError, messageOf } from '../errors.ts';
import { runFolder } from '../jobs/run-context.ts';
import { lastLogLines, runLogFile } from '../jobs/run-log.ts';
import { lastPublished } from '../jobs/runs.ts';
import { latestBegun, runById } from '../jobs/runs-with-steps.ts';
import type { Database } from '../postgres/database.ts';
import { withoutSecrets } from '../secrets.ts';
import { lookUp } from '../show/look-up.ts';
import { asGiven, readUserId } from '../show/user-id.ts';
import { idOfPath } from '../user-id.ts';
import { processLog } from '../watch/log.ts';
import { guard, userOfPage } from '../web/guard.ts';
import { runActions } from './act-on-runs.ts';
import { agendash } from './agendash.ts';
import { renderExplore } from './explore-page.ts';
import { freshnessOf, nextRun } from './freshness.ts';
import { runBefore, waitingRuns } from './other-runs.ts';
import { renderOverview } from './overview-page.ts';
import { icon, renderTrouble } from './page.ts';
import { previewOfUser } from './preview-page.ts';
import { renderRun } from './run-page.ts';
import { refuseOtherSites } from './same-origin.ts';
import { renderUserPage, renderUserSearch } from './user-page.ts';

/** How many runs the first page shows. */
const lastRuns = 30;
const nextRuns = 5;
/** How many of its last log lines a run's page shows. */
const logLines = 200;
const policy =
  "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/**
 * Kith's pages about runs and users, and Agendash for jobs under /jobs/; all of it requires a user name and password.
 *
 * @param kith how to call Kith for the same network, for the commands that pages suggest
 */
export function dashboard(settings: Settings, database: Database, agenda: Agenda, kith = 'kith'): Express {
  const { timeZone } = settings.jobs;
  const app = express();
  app.disable('x-powered-by');
  app.use(headers, guard(settings), refuseOtherSites(), maskAnswers);
  app.get('/', async (_, response) => {
    const [runs, queue, next] = await Promise.all([
      latestBegun(database, lastRuns),
      waitingRuns(database, nextRuns),
      nextRun(agenda),
    ]);
    response.send(renderOverview({ runs, queue, next, now: Date.now(), timeZone, user: userOfPage(response) }));
  });
  app.get('/runs/:id', async ({ params: { id } }, response) => {
    // Postgres rejects what no id can hold, such as a null character.
    const run = /^[\w-]+$/.test(id) ? await runById(database, id) : undefined;
    const about = { folderPatience: settings.jobs.folderPatience, user: userOfPage(response) };
    if (run) {
      const before = await runBefore(database, run.id);
      const log = await lastLogLines(settings, run.id, logLines);
      response.send(renderRun(run, Date.now(), timeZone, { ...about, before, log }));
    } else response.status(404).send(renderTrouble('No such run', `There is no run ${id}.`, userOfPage(response)));
  });
  app.get('/runs/:id/rejects.csv', async ({ params: { id } }, response) => {
    const file = /^[\w-]+$/.test(id) && join(runFolder(settings, id), 'rejects.csv');
    // The home may be a hidden folder.
    if (file && existsSync(file)) return response.download(file, `rejects-${id}.csv`, { dotfiles: 'allow' });
    const why = `This machine has no rejected lines of run ${id}: they lie where the run was done, as long as it is kept.`;
    response.status(404).send(renderTrouble('No rejected lines', why, userOfPage(response)));
  });
  app.get('/runs/:id/log.jsonl', async ({ params: { id } }, response) => {
    const file = /^[\w-]+$/.test(id) && runLogFile(settings, id);
    // Sent as a text, which passes the mask.
    if (file && existsSync(file))
      return void response
        .attachment(`log-${id}.jsonl`)
        .type('text')
        .send(await readFile(file, 'utf8'));
    const why = `This machine has no log of run ${id}: it lies where the run was done, as long as it is kept.`;
    response.status(404).send(renderTrouble('No log', why, userOfPage(response)));
  });
  app.use(runActions(settings, database));
  app.get(['/users', '/users/:id'], async ({ params, query }, response) => {
    const isText = settings.userIds === 'text';
    // Links have ids as they are; what somebody types may have blanks around it.
    const [typed, asked] = [query.id, query.asked].map((given) => (given ? String(given).trim() : undefined));
    const [id = typed, why = asked] = [params.id && idOfPath(String(params.id)), query.why].map((given) =>
      given ? (isText ? String(given) : String(given).trim()) : undefined,
    );
    const user = userOfPage(response);
    try {
      if (id === undefined) return void response.send(renderUserSearch(user));
      const [userId, recId] = [readUserId(id, settings), why === undefined ? undefined : readUserId(why, settings)];
      const shown = isText && why !== undefined ? ([id, why] as const) : undefined;
      const look = await lookUp(settings, database, userId, recId, shown);
      const freshness = await freshnessOf(database, agenda, look.view.run.id);
      response.send(
        renderUserPage({ look, freshness, why: isText ? why : recId, now: Date.now(), timeZone, kith, user }),
      );
    } catch (thrown) {
      const error = asGiven(thrown, [id, why], settings);
      if (!(error instanceof BadInputError)) throw error;
      const words = why === undefined ? id : `${id}, why ${why}`;
      response.status(404).send(renderTrouble('No such user', `${error.message} Asked for: ${words}`, user));
    }
  });
  app.get('/users/:id/preview', previewOfUser(settings, database));
  app.get('/explore', async ({ query }, response) => {
    const asked = [query.user, query.rec].map((given) =>
      typeof given === 'string' && given !== '' ? given : undefined,
    );
    const user = userOfPage(response);
    try {
      const [userId, recId] = asked.map((id) => (id === undefined ? undefined : String(readUserId(id, settings))));
      const given = settings.userIds === 'text' ? asked : undefined;
      const published = await lastPublished(database);
      const { browser, uri, running } = (await status(settings)).neo4j;
      const place = running && browser !== undefined && uri !== undefined ? { browser, uri } : undefined;
      response.send(renderExplore({ userId, recId, given, run: published }, place, user));
    } catch (error) {
      if (!(error instanceof BadInputError)) throw error;
      response.status(404).send(renderTrouble('No such user', error.message, user));
    }
  });
  app.get('/style.css', (_, response) => response.type('css').send(styleSheet()));
  app.get(['/icon.svg', '/favicon.ico'], (_, response) => response.type('svg').send(icon));
  app.use('/jobs', agendash(agenda));
  app.use((_, response) =>
    response.status(404).send(renderTrouble('No such page', 'There is nothing at this address.', userOfPage(response))),
  );
  app.use(onError);
  return app;
}

/** Agendash replaces the policy with its own, which allows its scripts. */
const headers: RequestHandler = (_, response, next) => {
  response.set({
    'Content-Security-Policy': policy,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'same-origin',
  });
  next();
};

/** Whatever an answer is made of, it passes the mask: pages, and what Agendash shows of jobs. */
const maskAnswers: RequestHandler = (_, response, next) => {
  const send = response.send.bind(response);
  response.send = (body) => send(typeof body === 'string' ? withoutSecrets(body) : body);
  next();
};

const onError: ErrorRequestHandler = (error, _, response, next) => {
  processLog().error({ error: messageOf(error) }, 'page');
  if (response.headersSent) return next(error);
  const why = error instanceof KithError ? error.message : 'This is a bug in Kith; its log has the details.';
  // Express sets a status for errors of the request, such as a malformed address.
  response
    .status(error instanceof KithError ? 503 : (error.status ?? 500))
    .send(renderTrouble('This page is unavailable right now', why, userOfPage(response)));
};
