import { namesIn, textOf } from '../config/texts.ts';
import { type Html, html } from '../html.ts';
import type { WebUser } from '../web/guard.ts';
import { renderPage } from './page.ts';
import { type FilledBy, queryParameters } from './query-parameters.ts';

/** A saved query, its parameters filled in. */
export interface SavedQuery {
  name: string;
  /** What it shows, as sentences. */
  about: string;
  /** Ready for Neo4j Browser's editor; with lines for parameters before it, Browser would show no picture. */
  text: string;
}

/** Where the embedded Neo4j listens: its Browser, and the address and the analysts' name to connect with. */
export interface BrowserPlace {
  browser: string;
  uri: string;
}

/** The queries in `cypher/explore`, by name. */
export function savedQueries(by: FilledBy): SavedQuery[] {
  const values = queryParameters(by);
  return namesIn('cypher/explore')
    .filter((file) => file.endsWith('.cypher'))
    .map((file) => {
      const lines = textOf(`cypher/explore/${file}`).trim().split('\n');
      const comment = lines.filter((line) => line.startsWith('//')).map((line) => line.slice(3));
      const examples = comment.flatMap((line) => {
        const [, name, value] = /^:param (\w+) => (.*);$/.exec(line) ?? [];
        return name === undefined ? [] : [[name, values[name] ?? value] as const];
      });
      const filled = Object.fromEntries(examples);
      return {
        name: file.replace('.cypher', ''),
        about: comment.filter((line) => !line.startsWith(':')).join(' '),
        text: lines
          .filter((line) => !line.startsWith('//'))
          .join('\n')
          .replace(/\$(\w+)/g, (all, name: string) => filled[name] ?? all),
      };
    });
}

/** Neo4j Browser with a query in its editor, and the form to connect filled in but for the password. */
export function browserLink({ browser, uri }: BrowserPlace, text: string): string {
  const address = new URL(uri);
  const query = new URLSearchParams({ dbms: `${address.protocol}//analyst@${address.host}`, cmd: 'edit', arg: text });
  // Browser reads %20 but no plus.
  return `${browser}?${String(query).replaceAll('+', '%20')}`;
}

/**
 * Every saved query for a user, each a link that opens Neo4j Browser with it.
 *
 * @param by the two users as people see them, too, where ids are texts
 */
export function renderExplore(
  { given, ...by }: FilledBy & { given?: readonly (string | undefined)[] },
  place: BrowserPlace | undefined,
  user?: WebUser,
): string {
  const asked = given ?? [by.userId, by.recId];
  const body = html`
<h1>Explore the graph</h1>
<form class="find" method="get" action="/explore" role="search">
  <label>User <input name="user"${given === undefined && html` inputmode="numeric"`} value="${asked[0]}"></label>
  <label>Recommended <input name="rec"${given === undefined && html` inputmode="numeric"`} value="${asked[1]}"></label>
  <button>Fill in</button>
</form>
<p class="quiet">${
    place
      ? html`Each link opens Neo4j Browser with the query in its editor. The first time it asks for the password of
the user <code>analyst</code>, which lies in <code>$KITH_HOME/passwords/analyst</code>.`
      : html`Neo4j is one of your own servers, or is not running: copy a query into its Browser.`
  }</p>
${savedQueries(by).map((query) => section(query, place))}`;
  return renderPage({ title: 'Explore the graph', at: 'explore', body, user });
}

function section({ name, about, text }: SavedQuery, place: BrowserPlace | undefined): Html {
  const title = name.replaceAll('-', ' ');
  return html`<section class="query" id="${name}">
  <h2>${title}</h2>
  <p>${about}</p>
  ${place && html`<p><a href="${browserLink(place, text)}" target="_blank" rel="noopener">Open in Neo4j Browser</a></p>`}
  <pre tabindex="0"><code>${text}</code></pre>
</section>`;
}
