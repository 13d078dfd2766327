import { ConnectionLists } from '../../src/export/connection-lists.ts';
import { ListCheck } from '../../src/export/list-check.ts';
import { RecommendationCheck } from '../../src/export/recommendation-check.ts';
import { RowReader } from '../../src/export/row-reader.ts';
import { rankings } from '../../src/scoring/ranking/rankings.ts';
import { secondDegree } from '../../src/scoring/ranking/second-degree.ts';

function bytes(...rows: string[]): Buffer {
  return Buffer.from(rows.map((row) => `${row.replaceAll(' ', '\t')}\n`).join(''));
}

/** Names of the checks that found something, with the examples. */
function offences(found: Record<string, Record<string, string | number | null> | undefined>): string[] {
  return Object.values(found)
    .flatMap((answers) => Object.entries(answers ?? {}))
    .filter(([name, count]) => !name.endsWith(' example') && Number(count) > 0)
    .map(([name]) => name);
}

describe('a row', () => {
  test('is read with its key, both parts of its weight, and its rank', () => {
    const reader = new RowReader(2);
    reader.open(bytes('7 2147483647 12.000340000056 3', '8 1 0.500000000000 1'));
    expect(reader.next()).toBe(true);
    expect(reader.key).toEqual([7, 2147483647]);
    reader.readWeight();
    expect([reader.upper, reader.lower, reader.readRank()]).toEqual([12_000_340, 56, 3]);
    expect(reader.next()).toBe(true);
    reader.readWeight();
    expect([reader.upper, reader.lower, reader.readRank()]).toEqual([500_000, 0, 1]);
    expect(reader.next()).toBe(false);
  });

  test.each(['x 1 0.500000000000 1', '1  0.500000000000 1', '-1 2 0.500000000000 1'])(
    'whose key is wrong is refused: %s',
    (row) => {
      const reader = new RowReader(2);
      reader.open(bytes(row));
      expect(() => reader.next()).toThrow('not in the expected form');
    },
  );

  test.each(['1 2 0.5 1', '1 2 5 1', '1 2 0.50000000000x 1', '1 2 0.5000000000001 1'])(
    'whose measures are wrong is refused: %s',
    (row) => {
      const reader = new RowReader(2);
      reader.open(bytes(row));
      reader.next();
      expect(() => {
        reader.readWeight();
        reader.readRank();
      }).toThrow('not in the expected form');
    },
  );

  test('that is cut short is refused', () => {
    const reader = new RowReader(2);
    reader.open(Buffer.from('1\t2\t0.5'));
    expect(() => reader.next()).toThrow('not in the expected form');
  });
});

describe('lists', () => {
  const weight = '0.500000000000';
  const check = (...rows: string[]) => {
    const list = new ListCheck({ most: 2, suspended: new Set([99]) });
    for (const row of rows) list.take(bytes(row));
    return list.answers();
  };

  test('pass when nothing is wrong, however their rows are cut into parts', () => {
    expect(offences({ list: check(`1 2 ${weight} 2`, `1 3 ${weight} 1`, `2 1 ${weight} 1`) })).toEqual([]);
    expect(offences({ list: check() })).toEqual([]);
  });

  test.each([
    ['no self', [`1 1 ${weight} 1`]],
    ['no suspended', [`1 99 ${weight} 1`]],
    ['no suspended', [`99 1 ${weight} 1`]],
    ['short lists', [`1 2 ${weight} 1`, `1 3 ${weight} 2`, `1 4 ${weight} 3`]],
    ['short lists', [`1 2 ${weight} 1`, `1 3 ${weight} 1`]],
    ['short lists', [`1 2 ${weight} 1`, `1 3 ${weight} 3`]],
    ['short lists', [`1 2 ${weight} 0`]],
    ['short lists', [`1 2 ${weight} 70`]],
  ])('%s: %s', (name, rows) => {
    const answers = check(...rows, `500 600 ${weight} 1`);
    expect(offences({ answers })).toEqual([name]);
    expect(answers[`${name} example`]).toMatch(/^user \d+/);
  });

  test.each([[[`1 3 ${weight} 1`, `1 2 ${weight} 2`]], [[`2 3 ${weight} 1`, `1 2 ${weight} 1`]]])(
    'in the wrong order are refused: %s',
    (rows) => {
      expect(() => check(...rows)).toThrow('wrong order');
    },
  );
});

describe('recommendations and reasons', () => {
  const rules = { ranking: secondDegree, readVias: async () => new Map() };
  const connections = new ConnectionLists(2);
  connections.addRows(bytes('1 2 0.700000000000 1', '1 3 0.600000000000 2', '2 4 0.300000000001 1'));
  connections.addRows(bytes('3 4 0.200000000002 2', '3 5 0.400000000000 1'));
  const check = async (parts: [recs: string[], reasons: string[]][]) => {
    const rows = new RecommendationCheck({
      suspended: new Set([99]),
      ranges: [
        { first: 1n, end: 10n },
        { first: 10n, end: 2n ** 31n },
      ],
      readFollowed: async ({ first }) => new Map([[first === 1n ? 1 : 20, Int32Array.of(3, 6)]]),
      ...rules,
      connections,
    });
    for (const [recs, reasons] of parts) await rows.take(bytes(...recs), bytes(...reasons));
    const { recommendations, reasons } = rows.answers();
    return { ...recommendations, ...reasons };
  };
  const recs = ['1 4 0.500000000003 1', '1 5 0.400000000000 2'];
  const reasons = ['1 4 2 0.300000000001', '1 4 3 0.200000000002', '1 5 3 0.400000000000'];

  test('pass when nothing is wrong, up to what rounding may differ', async () => {
    expect(offences(await check([[recs, reasons]]))).toEqual([]);
    expect(offences(await check([[['1 4 0.500000000004 1', ...recs.slice(1)], reasons]]))).toEqual([]);
    expect(offences(await check([]))).toEqual([]);
  });

  test.each<[string, string[], string[]]>([
    ['sums', ['1 4 0.500000000005 1', recs[1] as string], reasons],
    ['sums', [...recs, '1 6000 0.100000000000 3'], reasons],
    ['sums', ['1 2 0.100000000000 3', ...recs], reasons],
    ['sums', recs.slice(0, 1), reasons],
    ['sums', recs, reasons.slice(0, 2)],
    ['reasons', recs, [reasons[0] as string, '1 4 3 0.200000000001', reasons[2] as string]],
    ['reasons', recs, [...reasons.slice(0, 2), '1 5 2 0.400000000000']],
    ['reasons', ['2 5 0.400000000000 1'], ['2 5 3 0.400000000000']],
    ['no self', recs, [...reasons.slice(0, 2), '1 5 1 0.400000000000']],
    ['no suspended', recs, [...reasons.slice(0, 2), '1 5 99 0.400000000000']],
    ['no followed', ['1 6 0.400000000000 1'], ['1 6 3 0.400000000000']],
    ['no followed', ['20 6 0.400000000000 1'], ['20 6 3 0.400000000000']],
  ])('%s: %s %s', async (name, ofRecs, ofReasons) => {
    const found = await check([[ofRecs, ofReasons]]);
    expect(offences(found)).toContain(name);
  });

  test('say nothing about connections that are not known', async () => {
    const rows = new RecommendationCheck({
      suspended: new Set(),
      ranges: [],
      readFollowed: async () => new Map(),
      ...rules,
      connections: undefined,
    });
    await rows.take(bytes(...recs), bytes(...reasons));
    expect(rows.answers().reasons).toEqual({});
    expect(rows.rows).toBe(5);
  });
});

describe('recommendations and reasons of circles', () => {
  const check = async (recs: string[], reasons: string[]) => {
    const rows = new RecommendationCheck({
      suspended: new Set([99]),
      ranges: [{ first: 0n, end: 2n ** 31n }],
      readFollowed: async () => new Map([[1, Int32Array.of(6)]]),
      ranking: rankings.circles,
      readVias: async () => new Map([[1, Int32Array.of(2, 3)]]),
      connections: undefined,
    });
    const lines = (texts: string[]) =>
      Buffer.from(texts.map((text) => `${text.replaceAll(' ', '\t').replaceAll('_', ' ')}\n`).join(''));
    await rows.take(lines(recs), lines(reasons));
    const { recommendations, reasons: ofReasons } = rows.answers();
    return offences({ ...recommendations, ...ofReasons });
  };
  const recs = ['1 3 0.3000001 1 circle', '1 5 0.2000000 2 popular'];
  const reasons = ['1 3 2 0.1000000 circle', '1 3 3 0.2000001 circle_+_engages-with-you', '1 5 5 0.2000000 popular'];

  test('pass when nothing is wrong; a reason may be the recommended', async () => {
    expect(await check(recs, reasons)).toEqual([]);
  });

  test.each<[string, string[], string[]]>([
    ['sums', ['1 3 0.3000002 1 circle', recs[1] as string], reasons],
    ['sources', ['1 3 0.3000001 1 circle_+_popular', recs[1] as string], reasons],
    ['sources', ['1 3 0.3000001 1 second-degree', recs[1] as string], reasons],
    ['sources', recs, [...reasons.slice(0, 2), '1 5 5 0.2000000 popular_+_circle']],
    ['reasons', recs, ['1 3 4 0.1000000 circle', '1 3 3 0.2000001 circle'].sort().concat(reasons[2] as string)],
    ['reasons', recs, [...reasons.slice(0, 2), '1 5 5 0.2000000 circle']],
    ['reasons', recs, [...reasons.slice(0, 2), '1 5 2 0.2000000 popular']],
    ['no self', recs, [...reasons.slice(0, 2), '1 5 1 0.2000000 circle']],
    ['no followed', ['1 6 0.2000000 1 popular'], ['1 6 6 0.2000000 popular']],
    ['no suspended', ['1 99 0.2000000 1 popular'], ['1 99 99 0.2000000 popular']],
  ])('%s: %s %s', async (name, ofRecs, ofReasons) => {
    expect(await check(ofRecs, ofReasons)).toContain(name);
  });
});
