import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings, type Settings } from '../../src/config/settings.ts';
import { down, type Stack, up } from '../../src/engines/stack.ts';
import { generate } from '../../src/generate/generate.ts';
import { computeClosest } from '../../src/graph/closest.ts';
import { draw } from '../../src/graph/draw.ts';
import { Graph } from '../../src/graph/graph.ts';
import { loadFolder } from '../../src/graph/load-folder.ts';
import { readFolder } from '../../src/ingest/read-folder.ts';
import { makeCarried } from '../../src/scoring/ranking/carried.ts';
import { circles } from '../../src/scoring/ranking/circles.ts';
import { secondDegree } from '../../src/scoring/ranking/second-degree.ts';
import { applyReputation } from '../../src/scoring/reputation/apply-reputation.ts';
import { openFolder } from '../../src/storage/open-folder.ts';

/** The network of `npm run demo`, in engines of its own. */
export interface GeneratedNetwork extends AsyncDisposable {
  settings: Settings;
  stack: Stack;
  graph: Graph;
  /** The day's folder. */
  folder: string;
  /** Epoch seconds. */
  asOf: number;
  /** The list of scores in the graph: six users of seven have one. */
  reputation: Map<number, number>;
}

const users = 3000;

/** Generates it, brings it into Neo4j and computes the closest connections; dispose of it to stop the engines. */
export async function generatedNetwork(): Promise<GeneratedNetwork> {
  const home = mkdtempSync(join(tmpdir(), 'kith-generated-'));
  // Postgres, which runs as another user where this one is root, has to get through.
  chmodSync(home, 0o711);
  const settings = readSettings({
    KITH_HOME: join(home, 'home'),
    KITH_NEO4J_HEAP: '512m',
    KITH_NEO4J_PAGE_CACHE: '128m',
  });
  const folder = join(home, '20240601');
  let graph: Graph | undefined;
  const dispose = async () => {
    await graph?.[Symbol.asyncDispose]();
    await down(settings);
    rmSync(home, { recursive: true, force: true });
  };
  try {
    const generated = await generate({ users, activities: 90_000, messages: 10_000, seed: 7, out: folder });
    const asOf = generated.asOf.getTime() / 1000;
    await using staged = await readFolder(await openFolder(folder), {
      workDir: join(home, 'staged'),
      rejectsPath: join(home, 'rejects.csv'),
      limits: settings,
    });
    await loadFolder(settings, staged, { flagged: { at: asOf, isUndated: false }, workDir: join(home, 'work') });
    const stack = await up(settings);
    graph = new Graph(stack.neo4j);
    await computeClosest(graph, { first: 0n, end: BigInt(users) }, asOf, settings.weighting, secondDegree.closest, {
      by: 'compiled',
    });
    // The lists of circles beside: closest connections are the same.
    const wanted = { asOf, weighting: settings.weighting, ranking: circles };
    await computeClosest(graph, { first: 0n, end: BigInt(users) }, asOf, settings.weighting, circles.closest, {
      by: 'cypher',
      why: '',
    });
    await makeCarried(graph, wanted, {
      users,
      sessions: 2,
      computing: { by: 'cypher', why: '' },
      onProgress: () => undefined,
    });
    await draw(graph, 'CLOSEST_TO', { sessions: 2, onProgress: () => undefined });
    const reputation = new Map<number, number>();
    for (let user = 0; user < users; user++) if (user % 7 !== 0) reputation.set(user, ((user * 37) % 101) / 100);
    await applyReputation(graph, reputation);
    return { settings, stack, graph, folder, asOf, reputation, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}
