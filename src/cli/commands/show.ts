import type { Command } from 'commander';
import { readSettings } from '../../config/settings.ts';
import { up } from '../../engines/stack.ts';
import { BadInputError } from '../../errors.ts';
import { Graph } from '../../graph/graph.ts';
import { wantedOf } from '../../jobs/run.ts';
import { print, printJson, say } from '../../output.ts';
import { findRecommending } from '../../scoring/ranking/recommend.ts';
import { shellWord } from '../../shell-word.ts';
import { asSeen, inLines } from '../../show/as-seen.ts';
import { explain } from '../../show/explain.ts';
import { renderCircles } from '../../show/render-circles.ts';
import { renderExplanation } from '../../show/render-explanation.ts';
import { renderUser } from '../../show/render-user.ts';
import { showPublished } from '../../show/show-published.ts';
import { showUser } from '../../show/show-user.ts';
import { shownRun } from '../../show/shown-run.ts';
import { asGiven, readUserId } from '../../show/user-id.ts';
import { calledAs } from '../called-as.ts';
import { interruptible } from '../interruptible.ts';

interface Given {
  why?: string;
  json?: boolean;
  members?: boolean;
}

const examples = `
Shows what the last published run found: from the graph, or from the published tables if the graph has another run's lists
or scores by now, or a folder was ingested since. Weights and scores are rounded to four places; --json has all digits and
every activity. Engines that are not running are started.

Examples:
  Whom is 42 close to, and whom should 42 follow?
    $ kith show 42
  Why is 99 recommended to 42, or why not?
    $ kith show 42 --why 99
  For a program:
    $ kith show 42 --json | jq '.recommendations[].userId'
`;

/** Adds `kith show USER_ID [--why REC_ID] [--json]`. */
export function addShowCommand(program: Command): void {
  program
    .command('show')
    .description("show a user's closest connections, and recommendations with their reasons")
    .argument('<user-id>', 'the user')
    .option('--why <rec-id>', 'explain why this user is recommended or not')
    .option('--members', 'with --why, name those around each tie who engage with REC_ID (ranking circles)')
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (user: string, given: Given) => {
      const { json, members } = given;
      const settings = readSettings();
      const userId = readUserId(user, settings);
      const why = given.why === undefined ? undefined : readUserId(given.why, settings);
      const view = await interruptible(async (signal) => {
        const published = await showPublished(settings, userId, signal);
        if (published && (why !== undefined || members))
          throw new BadInputError(
            `Run ${published.run.id} is published, but ${published.fromTables}, and only what the graph had of it could explain more ` +
              `than the reasons that \`${calledAs()} show ${shellWord(user)}\` names: do the next run first.`,
          );
        if (published) {
          const seen = await asSeen(settings, published, undefined, signal);
          return json ? seen : renderUser(seen, calledAs());
        }
        const stack = await up(settings, { signal, onProgress: say });
        const { run } = await shownRun(settings, signal);
        await using graph = new Graph(stack.neo4j, signal);
        if (why !== undefined) {
          const shown = settings.userIds === 'text' ? ([user, given.why as string] as const) : undefined;
          const explanation = await asSeen(settings, await explain(graph, run, userId, why, shown), undefined, signal);
          if (json) return explanation;
          const told = inLines(explanation);
          return 'terms' in told ? renderCircles(told, members === true) : renderExplanation(told);
        }
        const view = await showUser(graph, run, userId, await findRecommending(graph, settings, wantedOf(run)));
        const seen = await asSeen(settings, view, undefined, signal);
        return json ? seen : renderUser(seen, calledAs());
      }).catch((error) => {
        throw asGiven(error, [user, given.why], settings);
      });
      if (typeof view === 'string') print(...view.split('\n'));
      else printJson(view);
    });
}
