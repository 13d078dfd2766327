import type { Request, RequestHandler, Response } from 'express';
import { withGiven } from '../config/ranking-settings.ts';
import type { Settings } from '../config/settings.ts';
import { BadInputError } from '../errors.ts';
import { type Content, type Html, html } from '../html.ts';
import type { RunSettings } from '../jobs/run.ts';
import type { GivenSettings } from '../jobs/run-options.ts';
import { lastPublished } from '../jobs/runs.ts';
import type { Database } from '../postgres/database.ts';
import { asSeen } from '../show/as-seen.ts';
import { runningNeo4j } from '../show/look-up.ts';
import { changeTo, type Moved, type Preview, previewIn } from '../show/preview.ts';
import { changesText, movesText } from '../show/render-preview.ts';
import { weightText } from '../show/text.ts';
import { asGiven, readUserId } from '../show/user-id.ts';
import { idOfPath, type ShownId, type UserId } from '../user-id.ts';
import { userOfPage, type WebUser } from '../web/guard.ts';
import { becauseOf } from './because-of.ts';
import { asOfText } from './format.ts';
import { renderPage, renderTrouble, runAddress } from './page.ts';
import { fieldOf, givenInForm, previewForm } from './preview-form.ts';
import { userLink } from './why-section.ts';

/**
 * Answers with a user under other settings, beside what is published. One preview is computed at a time, since runs wait
 * for it; it ends when nobody waits for the answer any more.
 */
export function previewOfUser(settings: Settings, database: Database): RequestHandler<{ id: string }> {
  let isComputing = false;
  return async (request, response) => {
    const user = userOfPage(response);
    const id = idOfPath(request.params.id);
    let userId: UserId;
    try {
      userId = readUserId(id, settings);
    } catch (error) {
      if (!(error instanceof BadInputError)) throw error;
      return void response.status(404).send(renderTrouble('No such user', error.message, user));
    }
    const published = (await lastPublished(database))?.settings;
    const given = givenInForm(request.query);
    const asked: ShownId = settings.userIds === 'text' ? id : userId;
    const page = { userId: asked, given, published, user };
    if (Object.keys(given).length === 0) return void response.send(renderPreviewPage(page));
    if (isComputing) {
      response.status(503).set('Retry-After', '10');
      const trouble = 'Another preview is being computed, one at a time: try again when it has ended.';
      return void response.send(renderPreviewPage({ ...page, trouble }));
    }
    isComputing = true;
    try {
      withGiven(given, {}, fieldOf);
      const context = { settings, database, neo4j: await runningNeo4j(settings) };
      const options = { signal: whileWaited(request, response), onProgress: () => undefined };
      const told = await previewIn(context, userId, changeTo(given, fieldOf), options);
      response.send(renderPreviewPage({ ...page, preview: await asSeen(settings, told, database) }));
    } catch (thrown) {
      const error = asGiven(thrown, [id], settings);
      if (response.destroyed) return;
      if (!(error instanceof BadInputError)) throw error;
      response.status(400).send(renderPreviewPage({ ...page, trouble: error.message }));
    } finally {
      isComputing = false;
    }
  };
}

/** Aborts once nobody waits for the answer; the connection may be quiet for as long as the preview takes. */
function whileWaited(request: Request<{ id: string }>, response: Response): AbortSignal {
  request.setTimeout(0);
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  return controller.signal;
}

interface PreviewPage {
  userId: ShownId;
  given: GivenSettings;
  /** Of the published run. */
  published: RunSettings | undefined;
  preview?: Preview;
  /** Why there is none. */
  trouble?: string;
  user?: WebUser;
}

function renderPreviewPage({ userId, given, published, preview, trouble, user }: PreviewPage): string {
  const body = html`
    <p class="crumb">${userLink(userId)} / preview</p>
    <section class="card hero"><h1>User ${userId} under other settings</h1>
      <p class="quiet">Computed from the graph as of the published run. Nothing is published or changed.</p>
      ${trouble && html`<p class="error" role="alert">${trouble}</p>`}
      ${previewForm(userId, published, given)}</section>
    ${preview && lists(preview)}`;
  return renderPage({ title: `User ${userId}, preview`, at: 'users', body, user });
}

function lists(preview: Preview): Html {
  const { user, published, closest, recommendations } = preview;
  const asOf = asOfText(new Date(published.asOf * 1000).toISOString());
  const weights = new Map(user.closest.map(({ userId, weight }) => [userId, weight]));
  const scores = new Map(user.recommendations.map((one) => [one.userId, one]));
  return html`<section class="card"><h2>Beside the run as of <a href="${runAddress(published.id)}">${asOf}</a></h2>
    <p>${changesText(preview)}</p>${user.suspended && html`<p>Suspended users have no connections and no recommendations.</p>`}</section>
    ${list('Recommendations', recommendations, 'score', (id) => {
      const one = scores.get(id);
      return one && { weight: one.score, about: becauseOf(one) };
    })}
    ${list('Closest connections', closest, 'weight', (id) => {
      const weight = weights.get(id);
      return weight === undefined ? undefined : { weight };
    })}`;
}

function list(
  title: string,
  moved: readonly Moved[],
  measure: string,
  of: (id: ShownId) => { weight: string; about?: Content } | undefined,
): Html {
  const kind = title === 'Recommendations' ? 'recommended' : 'closest';
  const row = ({ userId, rank, was }: Moved) => {
    const { weight, about } = of(userId) ?? {};
    const state = rank === undefined ? 'out' : was === undefined ? 'new' : was === rank ? 'same' : 'moved';
    return html`<tr data-${kind}="${userId}" class="${state}"><td class="number" data-label="rank">${rank ?? 'out'}</td><td class="number" data-label="was">${was ?? 'new'}</td><th scope="row">${userLink(userId)}</th>
      <td class="number" data-label="${measure}">${weight === undefined ? '–' : weightText(weight)}</td>${kind === 'recommended' && html`<td${about && html` data-label="because of"`}>${about}</td>`}</tr>`;
  };
  return html`<section class="card"><h2>${title} <span class="quiet">${movesText(moved)}</span></h2>
    ${
      moved.length === 0
        ? html`<p>None, neither published nor with these settings.</p>`
        : html`<table class="people"><thead><tr><th scope="col" class="number">Rank</th><th scope="col" class="number">Was</th><th scope="col">User</th><th scope="col" class="number">${measure === 'score' ? 'Score' : 'Weight'}</th>${kind === 'recommended' && html`<th scope="col">Because of (weight)</th>`}</tr></thead>
    <tbody>${moved.map(row)}</tbody></table>`
    }</section>`;
}
