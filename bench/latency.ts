import { up } from '../src/engines/stack.ts';
import { InterruptedError } from '../src/errors.ts';
import { Graph } from '../src/graph/graph.ts';
import { type RunFacts, wantedOf } from '../src/jobs/run.ts';
import { Random } from '../src/random.ts';
import { findRecommending, sharedParameters } from '../src/scoring/ranking/recommend.ts';
import { showUser } from '../src/show/show-user.ts';
import { shownRun } from '../src/show/shown-run.ts';
import { type Home, query } from './kith-run.ts';
import type { Supernodes } from './supernodes.ts';

/** Milliseconds of a number of calls. */
export interface Latency {
  users: number;
  median: number;
  p99: number;
  max: number;
}

export interface Latencies {
  random: Latency;
  /** The users with the most paths of two steps. */
  heaviest: Latency & { leastPaths: number; mostPaths: number; slowestUser: number };
  /** Each alone, the median of some calls. */
  supernodes?: { star: number; fan: number };
}

const randomUsers = 1000;
const heaviestUsers = 100;
const warmUpCalls = 200;
const callsOfOne = 21;

/**
 * How long one user takes, live from the graph, by the function that `kith show` calls, in a process that is warm: one
 * call after the other, users drawn from those who have closest connections.
 */
export async function measureLatency(
  home: Home,
  seed: number,
  supernodes: Supernodes | undefined,
  signal: AbortSignal,
): Promise<Latencies> {
  const { neo4j } = await up(home.settings, { signal });
  const { run } = await shownRun(home.settings, signal);
  const [row] = await query<{ users: number[] | null }>(home, 'users-with-closest');
  const users = row?.users ?? [];
  const heaviest = await query<{ user_id: number; paths: number }>(home, 'heaviest-users', [heaviestUsers]);
  await using graph = new Graph(neo4j, signal);
  const random = new Random(seed, 'show');
  const drawn = (amount: number) => Array.from({ length: amount }, () => random.pick(users));
  await timesOf(graph, run, drawn(warmUpCalls), signal);
  const ofRandom = await timesOf(graph, run, drawn(randomUsers), signal);
  const ofHeaviest = await timesOf(
    graph,
    run,
    heaviest.map(({ user_id }) => user_id),
    signal,
  );
  const alone = async (user: number) =>
    latencyOf(
      await timesOf(
        graph,
        run,
        Array.from({ length: callsOfOne }, () => user),
        signal,
      ),
    ).median;
  return {
    random: latencyOf(ofRandom),
    heaviest: {
      ...latencyOf(ofHeaviest),
      leastPaths: heaviest.at(-1)?.paths ?? 0,
      mostPaths: heaviest[0]?.paths ?? 0,
      slowestUser: heaviest[ofHeaviest.indexOf(Math.max(...ofHeaviest))]?.user_id ?? 0,
    },
    supernodes: supernodes && { star: await alone(supernodes.star), fan: await alone(supernodes.fan) },
  };
}

async function timesOf(graph: Graph, run: RunFacts, users: readonly number[], signal: AbortSignal): Promise<number[]> {
  const wanted = wantedOf(run);
  const computing = await findRecommending(graph, { compiled: 'auto' }, wanted);
  const shared = await sharedParameters(graph, wanted);
  const times: number[] = [];
  for (const user of users) {
    if (signal.aborted) throw new InterruptedError('Stopped.');
    const started = performance.now();
    await showUser(graph, run, user, computing, shared);
    times.push(performance.now() - started);
  }
  return times;
}

/** The p-th part by rank: of 1,000 times the 500th and the 990th smallest. */
export function latencyOf(times: readonly number[]): Latency {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
  return { users: sorted.length, median: at(0.5), p99: at(0.99), max: at(1) };
}
