import type { RankingName } from '../../src/config/settings.ts';
import { BadInputError } from '../../src/errors.ts';
import { drawNow } from '../../src/jobs/draw-now.ts';
import { silent } from '../../src/jobs/watcher.ts';
import { TestNetwork } from '../harness/network.ts';
import { denseNetwork } from '../oracle/arbitrary-network.ts';
import { expectedTables } from '../oracle/oracle.ts';
import { writeFolder } from '../oracle/write-folder.ts';
import { drawnConnections } from './drawn-connections.ts';

const { network: given, options } = denseNetwork(2);
const signal = new AbortController().signal;

let network: TestNetwork;
beforeAll(async () => {
  network = await TestNetwork.open();
});
afterAll(async () => {
  await network?.[Symbol.asyncDispose]();
});

/** A run on the network as of a number of days later, with so many connections drawn at most. */
async function run(days: number, drawAtMost: number, ranking: RankingName = 'second-degree') {
  const input = network.folder('20240601');
  await writeFolder(given, input);
  const { asOf, reputation: _, ...weighting } = options;
  const { summary } = await network.run({
    input,
    reputation: false,
    asOf: new Date((asOf + days * 86_400) * 1000).toISOString(),
    allow: 'stale,shrink',
    settings: { weighting, drawAtMost, ranking },
  });
  return summary;
}

test('CLOSEST_TO is what the tables say after a run, and the next one brings it up to date', async () => {
  await expect(drawNow(network.settings, 'CLOSEST_TO', silent, signal)).rejects.toThrow(BadInputError);
  for (const days of [0, 1]) {
    const summary = await run(days, 1_000_000);
    expect(summary.undrawn).toBeUndefined();
    const { closest } = expectedTables(given, { ...options, asOf: options.asOf + days * 86_400 });
    expect(await drawnConnections(network.stack.neo4j)).toEqual(
      closest.map((row) => row.split(',').slice(0, 2).join(',')).sort(),
    );
  }
});

test('too many are not drawn but on demand, and what was drawn for an earlier run is removed', async () => {
  const summary = await run(2, 10);
  expect(summary.undrawn).toBe(summary.closest);
  expect(await drawnConnections(network.stack.neo4j)).toEqual([]);
  const { created } = await drawNow(network.settings, 'CLOSEST_TO', silent, signal);
  const drawn = await drawnConnections(network.stack.neo4j);
  expect(drawn).toHaveLength(summary.closest as number);
  expect(created).toBe(drawn.length);
  expect(await drawNow(network.settings, 'CLOSEST_TO', silent, signal)).toEqual({
    created: 0,
    deleted: 0,
    propertiesSet: 0,
  });
  await run(3, 10);
  expect(await drawnConnections(network.stack.neo4j)).toEqual([]);
});

test('ALIKE is drawn on demand from the lists of circles, and removed after the next run', async () => {
  const alike = () => drawnConnections(network.stack.neo4j, 'ALIKE');
  await expect(drawNow(network.settings, 'ALIKE', silent, signal)).rejects.toThrow(/kith run --ranking circles/);
  await run(4, 10, 'circles');
  expect(await alike()).toEqual([]);
  for (const _ of [1, 2]) {
    const { created } = await drawNow(network.settings, 'ALIKE', silent, signal);
    const drawn = await alike();
    expect(drawn.length).toBeGreaterThan(1000);
    expect(drawn).toHaveLength(created);
  }
  await run(5, 10, 'circles');
  expect(await alike()).toEqual([]);
});
