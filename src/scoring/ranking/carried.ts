import { usersPerComputing, weighingParameters } from '../../graph/closest.ts';
import type { Computing } from '../../graph/compiled.ts';
import type { Graph } from '../../graph/graph.ts';
import { sideBySide } from '../../graph/side-by-side.ts';
import { userRanges } from '../../graph/user-ranges.ts';
import type { Ranking } from './ranking.ts';
import { rankings } from './rankings.ts';
import type { Wanted } from './recommend.ts';

/** Users who are relieved of their lists in one transaction. */
const forgottenAtOnce = 20_000n;

/** Makes the lists that vias carry, if they are others than the closest connections, which must be there for everybody. */
export async function makeCarried(
  graph: Graph,
  { ranking, weighting, asOf }: Pick<Wanted, 'ranking' | 'weighting' | 'asOf'>,
  {
    sessions,
    computing,
    onProgress,
  }: { sessions: number; computing: Computing; onProgress: (done: number, total: number) => void },
): Promise<void> {
  const { carried } = ranking;
  if (!carried) return;
  const isCompiled = computing.by === 'compiled' && carried.compiled !== undefined;
  const statement = (isCompiled && carried.compiled) || carried.cypher;
  const ranges = await userRanges(graph, usersPerComputing[isCompiled ? 'compiled' : 'cypher']);
  let done = 0;
  await sideBySide(ranges, sessions, async ({ first, end }) => {
    await graph.write(statement, { first, end, ...weighingParameters(weighting, asOf) });
    onProgress(++done, ranges.length);
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
