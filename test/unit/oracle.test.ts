import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  arbitraryCase,
  denseNetwork,
  type FolderStyle,
  withRandomWords,
  writeFolder,
} from '../oracle/arbitrary-network.ts';
import { type CirclesOptions, expectedCircles } from '../oracle/circles.ts';
import { decimal, fixedPoint, halved } from '../oracle/exact.ts';
import { type Activity, expectedTables, type Network, type OracleOptions } from '../oracle/oracle.ts';
import { epochSeconds, networkOfFolder } from '../oracle/read-folder.ts';
import { shuffled } from '../oracle/seeded-random.ts';
import { spelled } from '../oracle/write-folder.ts';

const asOf = 1000;
/** As of second 1000, window 100 s: a like of age a weighs (100 − a) / 100. */
const plain: OracleOptions = {
  asOf,
  windowSeconds: 100,
  decay: { kind: 'linear' },
  bases: { follow: 1000, reply: 1000, like: 1000, mention: 1000 },
  minReputation: 0.5,
  reputation: undefined,
};
/** Halves every 10 s, window 1000 s. */
const exponential: OracleOptions = {
  ...plain,
  windowSeconds: 1000,
  decay: { kind: 'exponential', halfLifeSeconds: 10 },
};

const like = (user: number, engaged: number, age: number, message = 7n): Activity => ({
  type: 'like',
  user,
  engaged,
  message,
  at: asOf - age,
});
const follow = (user: number, engaged: number, age: number): Activity => ({
  ...like(user, engaged, age),
  type: 'follow',
  message: null,
});
const tables = (activities: Activity[], options: Partial<OracleOptions> = {}, suspended: number[] = []) =>
  expectedTables({ activities, suspended: new Map(suspended.map((id) => [id, true])) }, { ...plain, ...options });
const fields = (lines: string[]) => lines.map((line) => line.split(','));
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('weights of closest connections', () => {
  test('an activity weighs its base times the part of the window that its age leaves', () => {
    // follow of age 0: 1 × 100/100; like of age 25: 0.5 × 75/100 = 0.375; together 1.375
    const bases = { ...plain.bases, like: 500 };
    expect(tables([follow(1, 2, 0), like(1, 2, 25)], { bases }).closest).toEqual(['1,2,1.375000000000']);
  });

  test('each type has its own base', () => {
    // all of age 50, so half of 0.001 + 0.02 + 0.3 + 4 = 4.321, which is 2.1605
    const bases = { follow: 1, reply: 20, like: 300, mention: 4000 };
    const types = [follow(1, 2, 50), like(1, 2, 50), { ...like(1, 2, 50), type: 'reply' as const }];
    const mention = { ...like(1, 2, 50), type: 'mention' as const };
    expect(tables([...types, mention], { bases }).closest).toEqual(['1,2,2.160500000000']);
  });

  test('as-of itself is in the window, its other border is not', () => {
    // ages −1 and 100 are out; age 0 weighs 1, age 99 weighs 1/100
    const activities = [like(1, 2, -1), like(1, 3, 0), like(1, 4, 99), like(1, 5, 100)];
    expect(tables(activities).closest).toEqual(['1,3,1.000000000000', '1,4,0.010000000000']);
  });

  test('weights are rounded to 12 decimals, halves up', () => {
    // 2/3; 1/8192 = 0.0001220703125, a half in the 13th decimal; 1/7776000 = 0.00000012860082…
    expect(tables([like(1, 2, 1)], { windowSeconds: 3 }).closest).toEqual(['1,2,0.666666666667']);
    expect(tables([like(1, 2, 8191)], { windowSeconds: 8192 }).closest).toEqual(['1,2,0.000122070313']);
    expect(tables([like(1, 2, 7_775_999)], { windowSeconds: 7_776_000 }).closest).toEqual(['1,2,0.000000128601']);
  });

  test('equal activities are one, and another message or second makes another', () => {
    // age 50 weighs 0.5: four distinct activities, of ages 50, 50, 50 and 60, give 0.5 + 0.5 + 0.5 + 0.4
    const activities = [like(1, 2, 50), like(1, 2, 50), like(1, 2, 50, 8n), follow(1, 2, 50), follow(1, 2, 50)];
    expect(tables([...activities, like(1, 2, 60)]).closest).toEqual(['1,2,1.900000000000']);
  });

  test('message ids beyond the exact doubles are told apart', () => {
    // 2^53 and 2^53 + 1 are the same double; two likes of age 0 weigh 2
    const activities = [like(1, 2, 0, 2n ** 53n), like(1, 2, 0, 2n ** 53n + 1n)];
    expect(tables(activities).closest).toEqual(['1,2,2.000000000000']);
  });

  test('a base of 0 makes no edge, and neither does self-activity', () => {
    const bases = { ...plain.bases, like: 0 };
    expect(tables([like(1, 2, 0), like(3, 3, 0), follow(3, 3, 0)], { bases }).closest).toEqual([]);
  });

  test('the 50 heaviest are kept, and the lower id of two equally heavy', () => {
    // 49 users of age 10, and 201, 202 and 203 of age 20, of whom only the lowest id finds room
    const activities = [...range(101, 149), 203, 201, 202].map((id) => like(1, id, id < 200 ? 10 : 20));
    const closest = fields(tables(activities).closest).map(([, id]) => Number(id));
    expect(closest).toEqual([...range(101, 149), 201]);
  });

  test('the order of ids is that of numbers', () => {
    // 51 equal ones, 9 to 59: 59 is the highest number, though '9' is the highest string
    const closest = tables(range(9, 59).map((id) => like(1, id, 10))).closest;
    expect(closest).toContain('1,9,0.900000000000');
    expect(closest.filter((line) => line.startsWith('1,59,'))).toEqual([]);
  });
});

describe('exponential weights', () => {
  test('an activity halves with every half-life', () => {
    // 2^−1 = 0.5; 2^−0.5 = 0.70710678118…; as-of itself 1
    expect(
      expectedTables({ activities: [like(1, 2, 10), like(1, 3, 5), like(1, 4, 0)], suspended: new Map() }, exponential)
        .closest,
    ).toEqual(['1,2,0.500000000000', '1,3,0.707106781000', '1,4,1.000000000000']);
  });

  test('the sum is rounded, not each activity', () => {
    // 3 × 0.70710678118… = 2.12132034355…, while 3 × 0.707106781 would be 2.121320343
    const activities = [like(1, 2, 5, 1n), like(1, 2, 5, 2n), like(1, 2, 5, 3n)];
    expect(tables(activities, exponential).closest).toEqual(['1,2,2.121320344000']);
  });

  test('halves are rounded up', () => {
    // 2^−10 = 0.0009765625, a half in the 10th decimal
    expect(tables([like(1, 2, 100)], exponential).closest).toEqual(['1,2,0.000976563000']);
  });

  test('an edge whose sum rounds to 0 is no edge', () => {
    // 2^−31 = 0.47e-9 rounds to 0; twice that is 2^−30 = 0.93e-9 and rounds to 1e-9
    const activities = [like(1, 2, 310), like(1, 3, 310, 1n), like(1, 3, 310, 2n)];
    expect(tables(activities, exponential).closest).toEqual(['1,3,0.000000001000']);
  });

  test('the rounded weight ranks, so weights that differ by less are equal', () => {
    // 1→2 and 1→3 differ by 2^−40 (about 1e-12): equal after rounding, so with 49 heavier ones the lower id stays
    const heavier = range(100, 148).flatMap((id) => [like(1, id, 0, 1n), like(1, id, 0, 2n)]);
    const activities = [...heavier, like(1, 2, 0), like(1, 3, 0), like(1, 3, 400)];
    const closest = tables(activities, exponential).closest;
    expect(closest).toContain('1,2,1.000000000000');
    expect(closest).toHaveLength(50);
    expect(closest.filter((line) => line.startsWith('1,3,'))).toEqual([]);
  });

  test('the window is the same as in linear decay', () => {
    expect(tables([like(1, 2, 100), like(1, 3, -1)], { ...exponential, windowSeconds: 100 }).closest).toEqual([]);
  });

  test('powers of 2 agree with the known decimals and with doubles', () => {
    // 2^−1/2 to 30 decimals, from √2 = 1.414213562373095048801688724209698…
    expect(decimal(halved(1, 2), fixedPoint, 30)).toBe('0.707106781186547524400844362105');
    for (const [age, halfLife] of [
      [1, 3],
      [86_399, 86_400],
      [7_775_999, 2_592_000],
      [12_345, 86.4],
    ] as const)
      expect(Number(halved(age, halfLife)) / 1e60).toBeCloseTo(2 ** (-age / halfLife), 12);
  });
});

describe('suspended users', () => {
  test('leave their place among the 50 to others', () => {
    // 51 equally heavy: without the suspended 101 the 50 are 102 to 151
    const activities = range(101, 151).map((id) => like(1, id, 10));
    expect(fields(tables(activities, {}, [101]).closest).map(([, id]) => Number(id))).toEqual(range(102, 151));
  });

  test('have no row in any table, as user, closest, recommendation or reason', () => {
    // with 3 suspended the ways 1→3→4 and 1→2→3 are gone, and so is 3→4
    const activities = [like(1, 2, 10), like(1, 3, 10), like(3, 4, 10), like(2, 3, 10)];
    expect(tables(activities, {}, [3])).toMatchObject({
      closest: ['1,2,0.900000000000'],
      recommendations: [],
      reasons: [],
    });
  });

  test('are those flagged so: no flag or a flag of false is not suspended', () => {
    const network: Network = { activities: [like(1, 2, 10)], suspended: new Map([[1, false]]) };
    expect(expectedTables(network, plain).closest).toEqual(['1,2,0.900000000000']);
  });

  test('are counted by distinct activities in the window that are no self-activity', () => {
    // counted: 1→9 (one, though twice), 9→1, 9→8; not: out of the window, after as-of, 9→9, 1→2
    const counted = [like(1, 9, 10), like(1, 9, 10), like(9, 1, 10), like(9, 8, 10)];
    const others = [like(1, 9, 100), follow(1, 9, -1), like(9, 9, 10), like(1, 2, 10)];
    expect(tables([...counted, ...others], {}, [8, 9]).dropped.suspended).toBe(3);
  });
});

describe('recommendations and reasons', () => {
  test('are the closest of the closest, by the weight of their second step', () => {
    // 1→2→4 and 1→3→4: reasons 2 and 3 with 0.8 and 0.6; how close 2 and 3 are to 1 does not count
    const result = tables([like(1, 2, 90), like(1, 3, 10), like(2, 4, 20), like(3, 4, 40)]);
    expect(result.recommendations).toEqual(['1,4']);
    expect(result.reasons).toEqual(['1,4,2,0.800000000000', '1,4,3,0.600000000000']);
  });

  test('may be someone who is among the closest already', () => {
    // 1→2, 1→3, 2→3: 3 is close to 1 and not followed
    expect(tables([like(1, 2, 10), like(1, 3, 10), like(2, 3, 10)]).reasons).toEqual(['1,3,2,0.900000000000']);
  });

  test('are neither the user nor someone followed, in the window or before it', () => {
    // 1→2; 2→1 is self; 2→3 followed of age 5; 2→4 followed long ago; 2→5 followed only after as-of
    const second = [1, 3, 4, 5].map((id) => like(2, id, 10));
    const follows = [follow(1, 3, 5), follow(1, 4, 900), follow(1, 5, -1)];
    const result = tables([like(1, 2, 10), ...second, ...follows]);
    expect(result.recommendations.filter((line) => line.startsWith('1,'))).toEqual(['1,5']);
    // user 2 too: 2→1→2 is self, and 2→1→3 by the follow is close to 2 and not followed by 2
    expect(result.recommendations).toContain('2,3');
    expect(result.dropped).toEqual({ suspended: 0, self: 2, followed: 2, reputation: 0 });
  });

  test('a follow filters at as-of itself, and with a base of 0', () => {
    const bases = { ...plain.bases, follow: 0 };
    const result = tables([like(1, 2, 10), like(2, 3, 10), follow(1, 3, 0)], { bases });
    expect(result.closest).toEqual(['1,2,0.900000000000', '2,3,0.900000000000']);
    expect(result.recommendations).toEqual([]);
    expect(result.dropped.followed).toBe(1);
  });

  test('a follow in the other direction does not filter', () => {
    const result = tables([like(1, 2, 10), like(2, 3, 10), follow(3, 1, 200)]);
    expect(result.recommendations).toEqual(['1,3']);
  });

  test('are good: with a list of scores only those that reach the threshold', () => {
    // 3 is at the threshold, 4 just below, 5 has no score; the reason 2 needs none
    const activities = [like(1, 2, 10), ...[3, 4, 5].map((id) => like(2, id, 10))];
    const reputation = new Map([
      [3, 0.5],
      [4, 0.499999],
    ]);
    const result = tables(activities, { reputation });
    expect(result.recommendations).toEqual(['1,3']);
    expect(result.dropped.reputation).toBe(2);
    expect(tables(activities, { reputation: new Map() }).recommendations).toEqual([]);
    expect(tables(activities).recommendations).toEqual(['1,3', '1,4', '1,5']);
  });

  test('each candidate is counted once, under the first of self, followed and reputation', () => {
    // two ways each: 1→2→1, 1→3→1 self; 1→2→4, 1→3→4 followed and without score; 1→2→5, 1→3→5 without score.
    // 4 is close to 1 by the follow, which leads nowhere; 2→1 gives 2 the candidates 2 (self), 3 and 4 (no score);
    // 3→1 gives 3 the candidates 3 (self), 2 and 4 (no score)
    const activities = [like(1, 2, 10), like(1, 3, 10), follow(1, 4, 50)];
    for (const v of [2, 3]) activities.push(like(v, 1, 10), like(v, 4, 10), like(v, 5, 10));
    expect(tables(activities, { reputation: new Map() }).dropped).toEqual({
      suspended: 0,
      self: 3,
      followed: 1,
      reputation: 1 + 2 + 2,
    });
  });

  test('the 20 best by summed score are kept, lower ids first among equals, with their reasons only', () => {
    // 2→100…121 weigh 0.9 each; 3→121 adds 0.1, so 121 is first (1.0) and 100…118 are the other 19
    const activities = [like(1, 2, 10), like(1, 3, 10), like(3, 121, 90)];
    const result = tables([...activities, ...range(100, 121).map((id) => like(2, id, 10))]);
    expect(result.recommendations).toEqual([...range(100, 118), 121].map((id) => `1,${id}`));
    expect(result.reasons).toHaveLength(21);
    expect(result.reasons).toContain('1,121,3,0.100000000000');
  });

  test('only the 50 closest of the 50 closest count', () => {
    // 1→2, and 2 has 51 equally heavy ones: 101 to 150 have no score, and 151, the only good one, is beyond the 50
    const reputation = new Map([[151, 1]]);
    const result = tables([like(1, 2, 10), ...range(101, 151).map((id) => like(2, id, 10))], { reputation });
    expect(result.recommendations).toEqual([]);
    expect(result.dropped.reputation).toBe(50);
  });
});

describe('on arbitrary networks', () => {
  test('neither the order of activities nor their repetition matters', () => {
    fc.assert(
      fc.property(arbitraryCase(), fc.integer(), ({ network, options }, seed) => {
        const activities = shuffled([...network.activities, ...network.activities.slice(0, 20)], seed);
        const suspended = new Map(shuffled([...network.suspended], seed));
        expect(expectedTables({ activities, suspended }, options)).toEqual(expectedTables(network, options));
      }),
    );
  });

  test('only differences in time matter', () => {
    fc.assert(
      fc.property(arbitraryCase(), fc.integer({ min: -1e6, max: 1e6 }), ({ network, options }, shift) => {
        const activities = network.activities.map((activity) => ({ ...activity, at: activity.at + shift }));
        const shifted = expectedTables({ ...network, activities }, { ...options, asOf: options.asOf + shift });
        expect(shifted).toEqual(expectedTables(network, options));
      }),
    );
  });

  test('every reason is a step from a closest connection, nothing is of a suspended user, self or followed', () => {
    fc.assert(
      fc.property(arbitraryCase(), ({ network, options }) => {
        const result = expectedTables(network, options);
        const closest = new Set(result.closest);
        const pairs = new Set(fields(result.closest).map(([user, id]) => `${user},${id}`));
        for (const [user, rec, reason, weight] of fields(result.reasons)) {
          expect(pairs).toContain(`${user},${reason}`);
          expect(closest).toContain(`${reason},${rec},${weight}`);
        }
        const explained = new Set(fields(result.reasons).map(([user, rec]) => `${user},${rec}`));
        expect([...explained].sort()).toEqual(result.recommendations);
        for (const [user, rec] of fields(result.recommendations)) {
          expect(user).not.toBe(rec);
          const isFollow = (a: Activity) => a.type === 'follow' && `${a.user},${a.engaged}` === `${user},${rec}`;
          expect(network.activities.some((a) => isFollow(a) && a.at <= options.asOf)).toBe(false);
        }
        const ids = [
          ...fields(result.closest).flatMap((f) => f.slice(0, 2)),
          ...fields(result.reasons).flatMap((f) => f.slice(0, 3)),
        ];
        expect(ids.filter((id) => network.suspended.get(Number(id)))).toEqual([]);
      }),
    );
  });

  test('the cases with words are rich, too: each of their filters drops someone in some of them', () => {
    const cases = arbitraryCase().chain(withRandomWords);
    const results = fc.sample(cases, { numRuns: 400, seed: 2 }).map(({ network, options }) => {
      const { dropped } = expectedTables(network, options);
      const unsaid = expectedTables({ ...network, words: [] }, options);
      return { ...dropped, changed: unsaid.closest.join() === expectedTables(network, options).closest.join() ? 0 : 1 };
    });
    const share = (name: keyof (typeof results)[number]) => results.filter((r) => (r[name] ?? 0) > 0).length / 400;
    for (const name of ['blocked', 'muted', 'dismissed', 'undiscoverable', 'inactive', 'followedSince'] as const)
      expect({ name, isFound: share(name) > 0.03 }).toEqual({ name, isFound: true });
    expect(share('changed')).toBeGreaterThan(0.3);
  });

  test('the cases are rich: every filter drops someone in many of them, and most recommend someone', () => {
    const results = fc.sample(arbitraryCase(), { numRuns: 400, seed: 1 }).map(({ network, options }) => {
      const { dropped, recommendations, closest } = expectedTables(network, options);
      return { ...dropped, recommendations: recommendations.length, closest: closest.length };
    });
    const share = (name: keyof (typeof results)[number]) =>
      results.filter((r) => (r[name] ?? 0) > 0).length / results.length;
    for (const name of ['suspended', 'self', 'followed', 'reputation'] as const)
      expect(share(name)).toBeGreaterThan(0.2);
    for (const name of ['recommendations', 'closest'] as const) expect(share(name)).toBeGreaterThan(0.5);
  });
});

describe('the dense network', () => {
  test.each([1, 2, 3])('has ties and suspended users at both cuts (seed %i)', (seed) => {
    const { network, options } = denseNetwork(seed);
    expect(denseNetwork(seed)).toEqual({ network, options });
    const result = expectedTables(network, options);
    const lifted = expectedTables({ ...network, suspended: new Map() }, options);

    // Taking the 50 (20) from the other end of the ties changes the rows: so the cut goes through a tie. Ids are
    // mirrored, which turns every tie round and changes nothing else.
    const mirror = (id: number) => 3000 - id;
    const mirrored = expectedTables(
      {
        activities: network.activities.map((a) => ({ ...a, user: mirror(a.user), engaged: mirror(a.engaged) })),
        suspended: new Map([...network.suspended].map(([id, flag]) => [mirror(id), flag])),
      },
      options,
    );
    const usersCutThroughTie = (table: 'closest' | 'recommendations', most: number) => {
      const back = new Set(fields(mirrored[table]).map(([u, id]) => `${mirror(Number(u))},${mirror(Number(id))}`));
      const rows = fields(result[table]);
      const counts = new Map<string | undefined, number>();
      for (const [user] of rows) counts.set(user, (counts.get(user) ?? 0) + 1);
      const cut = rows.filter(([user, id]) => counts.get(user) === most && !back.has(`${user},${id}`));
      return new Set(cut.map(([user]) => user)).size;
    };
    expect(usersCutThroughTie('closest', 50)).toBeGreaterThan(5);
    expect(usersCutThroughTie('recommendations', 20)).toBeGreaterThan(5);

    // Unsuspended users whose 50 would hold a suspended one.
    const isSuspended = (id: string | undefined) => network.suspended.get(Number(id)) === true;
    const counts = new Map<string | undefined, number>();
    for (const [user] of fields(result.closest)) counts.set(user, (counts.get(user) ?? 0) + 1);
    const replaced = fields(lifted.closest).filter(
      ([u, id]) => counts.get(u) === 50 && !isSuspended(u) && isSuspended(id),
    );
    expect(new Set(replaced.map(([user]) => user)).size).toBeGreaterThan(5);
  });
});

describe('folders', () => {
  const inFolder = <T>(work: (dir: string) => T): T => {
    const dir = mkdtempSync(join(tmpdir(), 'kith-oracle-'));
    try {
      return work(dir);
    } finally {
      rmSync(dir, { recursive: true });
    }
  };

  test('what is written in any style without quotes reads back to the same tables', () => {
    const styles: FolderStyle[] = [{}, { gzip: true, repeatRows: true, shuffleSeed: 3 }, { crlf: true, bom: true }];
    fc.assert(
      fc.property(arbitraryCase(), fc.constantFrom(...styles), ({ network, options }, style) => {
        const read = inFolder((dir) => {
          writeFolder(network, dir, style);
          return networkOfFolder(dir);
        });
        expect(expectedTables(read, options)).toEqual(expectedTables(network, options));
        expect(new Map([...read.suspended].sort())).toEqual(new Map([...network.suspended].sort()));
      }),
      { numRuns: 50 },
    );
  });

  test('the reader refuses quotes', () => {
    inFolder((dir) => {
      writeFolder({ activities: [like(1, 2, 0)], suspended: new Map() }, dir, { quoteAll: true });
      expect(() => networkOfFolder(dir)).toThrow('no quotes');
    });
  });

  test('every spelling of a time is the same second', () => {
    const second = Date.UTC(2020, 1, 29, 23, 59, 59) / 1000;
    expect(spelled(second, 0)).toBe('2020-02-29 23:59:59');
    expect(spelled(second, 3)).toBe('2020-03-01T05:29:59+05:30');
    for (const index of range(0, 6)) expect(epochSeconds(spelled(second, index))).toBe(second);
  });
});

describe('circles', () => {
  // 1 and 3 like 2 right now. S = 100 × 1000 and H = 12 × 1000 (100 // 8 is 12) are as large as one edge can be.
  const now = [like(1, 2, 0), like(3, 2, 0)];
  const circles = (activities: Activity[], options: Partial<CirclesOptions> = {}) =>
    expectedCircles({ activities, suspended: new Map() }, { ...plain, ...options });

  test('a score is what the definition says, by hand', () => {
    // Circle of 2: 1 and 3 with 10000 each, itself 3 × 7071; den 71213; num(2, 2) = 2 × 10000 + 2 × 10000.
    // Circle of 1: 2 with 7071, itself 30000. c(1) = 3e11 // 71213 = 4212713.
    // Popular 2: H 24000; 4212713 × 3 × 24000 // 1e8 = 3033. T(2, 2) = 40000 × 1e7 // 71213 = 5616951.
    const { recommendations, reasons, dropped } = circles(now);
    expect(recommendations).toEqual([
      '1,2,0.5619984,1,circle',
      '2,1,0.1500000,1,engages-with-you',
      '2,3,0.1500000,2,engages-with-you',
      '3,2,0.5619984,1,circle',
    ]);
    expect(reasons).toEqual([
      '1,2,2,0.5619984,circle + popular',
      '2,1,1,0.1500000,engages-with-you',
      '2,3,3,0.1500000,engages-with-you',
      '3,2,2,0.5619984,circle + popular',
    ]);
    expect(dropped).toEqual({ suspended: 0, self: 1, followed: 0, reputation: 0 });
  });

  test('whoever has done nothing gets the popular, and nobody gets whom they have engaged with where that is dropped', () => {
    const alone = circles([...now, follow(9, 9, 0)]).recommendations.filter((line) => line.startsWith('9,'));
    expect(alone).toEqual(['9,2,0.0007200,1,popular']);
    const { recommendations, dropped } = circles(now, { dropEngaged: true });
    expect(recommendations.map((line) => line.slice(0, 3))).toEqual(['2,1', '2,3']);
    expect(dropped.engaged).toBe(2);
    expect(
      circles([...now, follow(9, 9, 0)], { popularAtMost: 0 }).recommendations.map((line) => line.slice(0, 3)),
    ).toEqual(['2,1', '2,3', '9,2']);
  });
});
