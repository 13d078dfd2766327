import { weighingParameters } from '../../graph/closest.ts';
import type { Computing } from '../../graph/compiled.ts';
import type { Graph } from '../../graph/graph.ts';
import { sideBySide } from '../../graph/side-by-side.ts';
import { userRanges } from '../../graph/user-ranges.ts';
import type { Ranking } from './ranking.ts';
import { rankings } from './rankings.ts';
import type { Wanted } from './recommend.ts';

/**
 * Users per transaction, of so many in all: a few seconds of work, and little to repeat. The compiled procedures read
 * everybody's lists each time: at most twenty times, and no more of their results in Neo4j's memory than needs be.
 */
const usersPerCarried = {
  cypher: () => 5_000,
  compiled: (users: number) => Math.max(32_000, Math.ceil(users / 20)),
};

/** Users who are relieved of their lists in one transaction. */
const forgottenAtOnce = 20_000n;

/** Makes the lists that vias carry, if they are others than the closest connections, which must be there for everybody. */
export async function makeCarried(
  graph: Graph,
  { ranking, weighting, asOf }: Pick<Wanted, 'ranking' | 'weighting' | 'asOf'>,
  options: { users: number; computing: Computing; sessions: number; onProgress: (done: number, total: number) => void },
): Promise<void> {
  const { carried } = ranking;
  if (!carried) return;
  const { by } = options.computing;
  const ranges = await userRanges(graph, usersPerCarried[by](options.users));
  let done = 0;
  await sideBySide(ranges, options.sessions, async ({ first, end }) => {
    await graph.write(carried[by], { first, end, ...weighingParameters(weighting, asOf) });
    options.onProgress(++done, ranges.length);
  });
}

/** Removes what other rankings keep in the graph, which would no longer fit the closest connections there. */
export async function forgetOthers(graph: Graph, ranking: Ranking): Promise<void> {
  for (const { name, forget } of Object.values(rankings)) {
    if (name === ranking.name || !forget) continue;
    for (;;) {
      const { rows } = await graph.write<{ forgotten: bigint }>(forget, { limit: forgottenAtOnce });
      if (rows[0]?.forgotten !== forgottenAtOnce) break;
    }
  }
}
