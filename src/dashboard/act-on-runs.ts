import { type RequestHandler, Router } from 'express';
import type { Settings } from '../config/settings.ts';
import { BadInputError, BusyError, messageOf } from '../errors.ts';
import { type Content, html } from '../html.ts';
import { judgeQueued } from '../jobs/judge-as-of.ts';
import { isOver, type Run } from '../jobs/run.ts';
import { enqueueRuns, giveUpRun, readRun } from '../jobs/runs.ts';
import type { RunWithSteps } from '../jobs/runs-with-steps.ts';
import type { Database } from '../postgres/database.ts';
import { processLog } from '../watch/log.ts';
import { userOfPage, type WebUser, webUser } from '../web/guard.ts';
import { asOfText } from './format.ts';
import { renderPage, renderTrouble, runAddress } from './page.ts';

/** What a person may do to a run, by the last part of its address. */
const actions = {
  'give-up': {
    title: 'Give up',
    consequence: 'It ends as failed, and its work is lost. What is published stays.',
    fits: ({ isQueued, status }: Fitting) => isQueued && !isOver(status),
  },
  'run-again': {
    title: 'Run again',
    consequence: 'A new run of the same folder, as-of and settings joins the queue, for a worker to do.',
    fits: ({ input, status }: Fitting) => input !== undefined && isOver(status),
  },
} as const;

type ActionName = keyof typeof actions;
type Fitting = Pick<Run, 'isQueued' | 'status' | 'input'>;

const names = Object.keys(actions) as ActionName[];

/** Links to what may be done to a run; nothing for who may only look. */
export function actionLinks({ id, queuedAt, status, input }: RunWithSteps, user: WebUser | undefined): Content {
  if (user !== webUser) return undefined;
  const run = { isQueued: queuedAt !== null, status, input: input ?? undefined };
  const fitting = names.filter((name) => actions[name].fits(run));
  return (
    fitting.length > 0 &&
    html`<p>${fitting.map((name) => html`<a class="action" href="${runAddress(id)}/${name}">${actions[name].title}</a> `)}</p>`
  );
}

/** Asks whether it is meant, by GET, and does it, by POST. */
export function runActions(settings: Settings, database: Database): Router {
  const router = Router();
  for (const name of names)
    router
      .route(`/runs/:id/${name}`)
      .get(ask(database, name))
      .post(act(settings, database, name));
  return router;
}

function ask(database: Database, name: ActionName): RequestHandler<{ id: string }> {
  return async ({ params: { id } }, response) => {
    const user = userOfPage(response);
    const run = await fittingRun(database, id, name);
    if (!run || user !== webUser) return refuse(response, name, id);
    const { title, consequence } = actions[name];
    const body = html`<section class="trouble"><h1>${title}?</h1>
      <p>The run as of ${asOfText(new Date(run.asOf * 1000).toISOString())}, <span class="path">${id}</span>${run.input && html` of <span class="path">${run.input}</span>`}. ${consequence}</p>
      <form method="post"><button>${title}</button> <a href="${runAddress(id)}">Leave it</a></form></section>`;
    response.send(renderPage({ title, body, user }));
  };
}

function act(settings: Settings, database: Database, name: ActionName): RequestHandler<{ id: string }> {
  return async ({ params: { id } }, response) => {
    const run = await fittingRun(database, id, name);
    if (!run) return refuse(response, name, id);
    try {
      response.redirect(
        303,
        runAddress(name === 'give-up' ? await giveUp(database, id) : await runAgain(settings, database, run)),
      );
    } catch (error) {
      if (!(error instanceof BadInputError || error instanceof BusyError)) throw error;
      refuse(response, name, id, error.message);
    }
  };
}

/** @returns the id of the run to show */
async function giveUp(database: Database, id: string): Promise<string> {
  if (!(await giveUpRun(database, id))) throw new BusyError(`Run ${id} has ended meanwhile.`);
  return id;
}

/** @returns the id of the new run */
async function runAgain(settings: Settings, database: Database, run: Run): Promise<string> {
  const { asOf, scores, engine, settings: ofRun } = run;
  const input = run.input as string;
  const { allowed } = await judgeQueued(database, [{ asOf }], run.allowed);
  const [id] = await enqueueRuns(database, [{ asOf, input, scores, engine, allowed, settings: ofRun }]);
  if (id === undefined) throw new BusyError('A run of the same folder and as-of is queued or running already.');
  const { wakeWorkers } = await import('../jobs/worker/worker.ts');
  // Without this they notice within half a minute.
  await wakeWorkers(settings, database).catch((error) =>
    processLog().warn({ error: messageOf(error) }, 'waking the workers'),
  );
  return id;
}

async function fittingRun(database: Database, id: string, name: ActionName): Promise<Run | undefined> {
  const run = /^[\w-]+$/.test(id) ? await readRun(database, id) : undefined;
  return run && actions[name].fits(run) ? run : undefined;
}

function refuse(response: Parameters<RequestHandler>[1], name: ActionName, id: string, why?: string): void {
  const sentence = why ?? `This can't be done to run ${id} as it is now, or not by you.`;
  response.status(409).send(renderTrouble(`Not done: ${actions[name].title}`, sentence, userOfPage(response)));
}
