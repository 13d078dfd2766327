import { expect, test } from '@jest/globals';
import { begunIn, underWayIn } from '../../bench/chaos/disturb.ts';
import { faultsOf, namesFullDisk } from '../../bench/chaos/exits.ts';
import { kinds, planOf } from '../../bench/chaos/plan.ts';

const rounds = Array.from({ length: 200 }, (_, i) => i + 1);

test('the same seed draws the same rounds, and another one others', () => {
  const drawn = (seed: number) => rounds.map((round) => planOf(seed, round, kinds));
  expect(drawn(1)).toEqual(drawn(1));
  expect(drawn(2)).not.toEqual(drawn(1));
});

test('everything that is allowed is drawn, and nothing else', () => {
  const kindsOf = (allowed: typeof kinds | ['kill', 'torn-file']) =>
    new Set(
      rounds.flatMap((round) => {
        const { wrong, disturbances, clock } = planOf(1, round, allowed);
        return [...[...wrong, ...disturbances].map(({ kind }) => kind), ...(clock ? ['clock'] : [])];
      }),
    );
  expect([...kindsOf(kinds)].sort()).toEqual([...kinds].sort());
  expect([...kindsOf(['kill', 'torn-file'])].sort()).toEqual(['kill', 'torn-file']);
});

test('of a run by hand, one that is told to stop or whose disk fills is by hand, one of the queue follows the steps', () => {
  for (const round of rounds) {
    const { by, clock, disturbances } = planOf(3, round, kinds);
    if (clock || disturbances.some(({ kind }) => kind === 'full-disk')) expect(by).toBe('hand');
  }
});

test('an end is a fault if it is late, of another exit code, without a sentence or with a stack trace', () => {
  const ended = { exit: 4, stderr: 'kith: Neo4j died.\n', isHung: false };
  expect(faultsOf('it', ended, [0, 4])).toEqual([]);
  expect(faultsOf('it', ended, [0])).toEqual([expect.stringMatching(/^it ended with 4 instead of 0/)]);
  expect(faultsOf('it', { ...ended, exit: 'SIGKILL', stderr: '' }, [0, 'SIGKILL'])).toEqual([]);
  expect(faultsOf('it', { ...ended, stderr: '' }, [4])).toEqual([expect.stringMatching(/without a sentence/)]);
  expect(faultsOf('it', { ...ended, exit: 'SIGKILL', isHung: true }, [4])).toEqual([
    expect.stringMatching(/did not end in time/),
  ]);
  const trace = 'kith: a bug in Kith: Error: no\n    at read (file:///kith.js:1:2)\n';
  expect(faultsOf('it', { ...ended, exit: 1, stderr: trace }, [4])).toHaveLength(2);
});

test('a sentence about a full disk is known', () => {
  expect(namesFullDisk('kith: The disk of /tmp/home is full: free some space.')).toBe(true);
  expect(namesFullDisk('kith: Neo4j does not answer: see its log.')).toBe(false);
});

test('which steps have begun, and which have not ended, is read from a command or a worker', () => {
  const byHand = '2024-06-01T00:00:00Z ingest: begins\n2024-06-01T00:00:02Z ingest: done in 2.0 s\n';
  const later = '2024-06-01T00:00:02Z closest: begins\n';
  expect(begunIn(byHand + later)).toEqual(['start', 'ingest', 'closest']);
  expect(underWayIn(byHand)).toBe('nothing');
  expect(underWayIn(byHand + later)).toBe('closest');
  const line = (msg: string) => `{"level":"info","run":"r","step":"publish","msg":"step ${msg}"}\n`;
  expect(begunIn(line('begins'))).toEqual(['start', 'publish']);
  expect(underWayIn(line('begins'))).toBe('publish');
});
