import { type Content, type Html, html } from '../html.ts';
import type { RunWithSteps } from '../jobs/runs-with-steps.ts';
import { idInPath, type ShownId } from '../user-id.ts';
import type { WebUser } from '../web/guard.ts';

export interface Page {
  title: string;
  /** Its entry in the menu. */
  at?: 'runs' | 'users' | 'explore';
  body: Content;
  /** Seconds until the page reloads; by default it doesn't. */
  refresh?: number;
  /** Who is signed in, if the page should say so. */
  user?: WebUser;
}

const rights: Record<WebUser, string> = {
  kith: 'kith: may look, and act on runs and jobs',
  viewer: 'viewer: look only',
};

/** A complete page around a body. It needs no script, since it reloads while something is running. */
export function renderPage({ title, at, body, refresh, user }: Page): string {
  const page = html`<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  ${refresh !== undefined && html`<meta http-equiv="refresh" content="${refresh}">`}
  <title>${title} · Kith</title>
  <link rel="icon" type="image/svg+xml" href="/icon.svg">
  <link rel="stylesheet" href="/style.css">
</head>
<body>
  <header class="top">
    <a class="brand" href="/">${mark}<span>Kith</span></a>
    <nav aria-label="Main">
      <a href="/"${at === 'runs' && html` aria-current="page"`}>Runs</a>
      <a href="/users"${at === 'users' && html` aria-current="page"`}>Users</a>
      <a href="/explore"${at === 'explore' && html` aria-current="page"`}>Queries</a>
      <a href="/jobs/">Jobs</a>
    </nav>
    <form class="search" role="search" action="/users"><label class="hidden" for="search">User id</label><input id="search" name="id" type="search" placeholder="User id" autocomplete="off" required><button>Show</button></form>
    ${user && html`<p class="quiet user">signed in as ${rights[user]}</p>`}
  </header>
  <main>${body}</main>
</body>
</html>`;
  return `<!doctype html>\n${page}\n`;
}

/** A page that says what can't be shown, and why. */
export function renderTrouble(title: string, why: string, user?: WebUser): string {
  const body = html`<section class="trouble"><h1>${title}</h1><p>${why}</p><p><a href="/">All runs</a></p></section>`;
  return renderPage({ title, body, user });
}

/** A run's status as a coloured word. */
export function statusBadge(status: RunWithSteps['status']): Html {
  return html`<span class="badge ${status}">${status}</span>`;
}

/** The address of a run's own page. */
export function runAddress(id: string): string {
  return `/runs/${encodeURIComponent(id)}`;
}

/** The address of a user's page. */
export function userAddress(id: ShownId): string {
  return `/users/${idInPath(id)}`;
}

const shape = html`<path d="M7 12 17 6M7 12l10 6" stroke="currentColor" stroke-width="1.8" fill="none"/><circle cx="6" cy="12" r="3.4" fill="currentColor"/><circle cx="18" cy="5.5" r="2.6" fill="currentColor"/><circle cx="18" cy="18.5" r="2.6" fill="currentColor"/>`;
const mark = html`<svg aria-hidden="true" width="22" height="22" viewBox="0 0 24 24">${shape}</svg>`;

/** The icon of Kith's pages in a browser tab. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24" color="#3b6fe0">${shape}</svg>\n`;
