import { statement } from '../config/project.ts';
import type { CypherFile } from '../graph/graph.ts';
import { type Html, html, lineEnd } from '../html.ts';
import type { SqlFile } from '../postgres/database.ts';
import { hasUnseen } from '../shell-word.ts';
import type { UserView } from '../show/show-user.ts';
import { showCommand } from '../show/user-id.ts';
import { numberOfText, type ShownId } from '../user-id.ts';
import { type FilledBy, queryParameters } from './query-parameters.ts';

/** The statements and commands that show the same as the page of a user, to copy. */
export function showByHand({ userId, run }: UserView, why: ShownId | undefined, kith: string): Html {
  const byCircles = run.settings.ranking === 'circles';
  const queries: CypherFile[] = byCircles
    ? ['cypher/explore/ties.cypher', ...(why === undefined ? [] : (['cypher/explore/why-by-circles.cypher'] as const))]
    : [
        'cypher/explore/closest-connections.cypher',
        'cypher/explore/candidates.cypher',
        ...(why === undefined ? [] : (['cypher/explore/paths-behind-recommendation.cypher'] as const)),
      ];
  const filled = { userId: numberOf(userId), recId: why === undefined ? undefined : numberOf(why), run };
  const commands = [showCommand(kith, userId), ...(why === undefined ? [] : [showCommand(kith, userId, why)])];
  return html`<section class="card by-hand"><h2>The same by hand</h2>
  ${copy('In a terminal', commands.join('\n'))}
  ${copy('SQL, in Postgres', tables.map((file) => withUser(file, userId)).join('\n'))}
  ${queries.map((file) => copy(`Cypher, in Neo4j Browser: ${file}`, withParameters(file, filled)))}
  </section>`;
}

const tables: SqlFile[] = ['sql/show/closest-connections.sql', 'sql/show/recommendations.sql', 'sql/show/reasons.sql'];

function copy(title: string, text: string): Html {
  const lines = text.split('\n').map((line, i) => html`${i > 0 && lineEnd}${line}`);
  return html`<details><summary>${title}</summary><pre tabindex="0"><code>${lines}</code></pre></details>`;
}

/** A statement with the user in place of its parameter. */
function withUser(file: SqlFile, userId: UserView['userId']): string {
  return statement(file)
    .trim()
    .replaceAll('$1', () => numberInSql(userId));
}

/** The number of an id; of a text by the table that has them, unless it could not be copied. */
function numberInSql(id: ShownId): string {
  if (typeof id !== 'string') return String(id);
  if (hasUnseen(id)) return String(numberOfText(id));
  return `(SELECT user_id FROM graph_recs.users WHERE id = '${id.replaceAll("'", "''")}')`;
}

/** A query, whose parameters are examples in its comment, with those of this page as Browser's commands. */
function withParameters(file: CypherFile, by: FilledBy): string {
  const values = queryParameters(by);
  return statement(file)
    .trim()
    .replace(/^\/\/ :param (\w+) => .+;$/gm, (line, name) =>
      values[name] === undefined ? line : `:param ${name} => ${values[name]};`,
    );
}

/** Where ids are texts, nodes have their numbers. */
function numberOf(id: ShownId): string {
  return String(typeof id === 'string' ? numberOfText(id) : id);
}
