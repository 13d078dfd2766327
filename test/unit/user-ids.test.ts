import { expect, test } from '@jest/globals';
import { readSettings } from '../../src/config/settings.ts';
import { ConnectionLists } from '../../src/export/connection-lists.ts';
import { ListCheck } from '../../src/export/list-check.ts';
import { ShownRows } from '../../src/export/shown-rows.ts';
import { parseActivities } from '../../src/ingest/activity-rows.ts';
import { plainTable } from '../../src/ingest/file-form.ts';
import { parseMapping } from '../../src/ingest/mapping.ts';
import { UserReader } from '../../src/ingest/user-rows.ts';
import { parseMessage } from '../../src/messages/parse-message.ts';
import { UserScores } from '../../src/scoring/reputation/user-scores.ts';
import { userIdOf } from '../../src/user-id.ts';

const largest = 2n ** 63n - 1n;
/** Two that are one number as doubles. */
const [even, odd] = [2n ** 53n, 2n ** 53n + 1n];
const text = (rows: string) => Buffer.from(rows);

test('an id is a number as long as that is exact', () => {
  expect(userIdOf(2n ** 53n - 1n)).toBe(2 ** 53 - 1);
  expect([userIdOf(even), userIdOf(String(odd)), userIdOf('0042')]).toEqual([even, odd, 42]);
});

test('activities and users have ids up to 2^63 − 1', () => {
  const form = { ...plainTable('like'), userIds: 'bigint' as const };
  const block = text(
    [
      `${even},${odd},1,2024-01-01 00:00:00,like`,
      `${largest},0,1,2024-01-01 00:00:00,like`,
      `${odd},${odd},1,2024-01-01 00:00:00,like`,
      `${largest + 1n},0,1,2024-01-01 00:00:00,like`,
      `-1,0,1,2024-01-01 00:00:00,like`,
      `12345678901234567x,0,1,2024-01-01 00:00:00,like\n`,
    ].join('\n'),
  );
  const rows = parseActivities(block, 'like', undefined, form);
  expect([...rows.users]).toEqual([even, largest]);
  expect([...rows.engaged]).toEqual([odd, 0n]);
  expect(rows.selfDirected).toEqual([odd]);
  expect(rows.rejects.map(({ reason }) => reason)).toEqual([
    'user_id is out of range',
    'user_id is out of range',
    'user_id is not a whole number',
  ]);
  const asInt = parseActivities(block, 'like');
  expect(asInt.users).toHaveLength(0);

  const reader = new UserReader({ ...plainTable('user'), userIds: 'bigint' });
  expect(reader.read(text(`${largest},,,,,,,,,,,1\n`)).userIds).toEqual([largest]);
});

test('a mapping may name such an id as a constant, where ids are of this kind', () => {
  const yaml = `files: [{ file: a.csv, kind: follow, constants: { user_id: "${largest}" } }]`;
  expect(parseMapping(yaml, 'm', 'bigint')).toHaveLength(1);
  expect(() => parseMapping(yaml, 'm')).toThrow('is no id');
});

test('messages have them, too', () => {
  const line = `{"id": 1, "user_id": ${odd}, "body": "a", "created_at": "2024-01-01T00:00:00Z"}`;
  expect(parseMessage(line, undefined, undefined, 'bigint')).toMatchObject({ userId: odd });
  expect(parseMessage(line)).toBe('user_id is out of range');
});

test('scores are kept for ids of any size, each once', () => {
  const scores = new UserScores();
  for (const id of [odd, 7, even, largest]) expect(scores.add(id, 0.5)).toBe(true);
  expect([scores.add(odd, 1), scores.has(even), scores.has(largest - 1n), scores.size]).toEqual([
    false,
    true,
    false,
    4,
  ]);
  expect([...scores].map(([id]) => id)).toEqual([7, odd, even, largest]);
});

test('rows are checked and found by exact ids', () => {
  const check = new ListCheck({ most: 50, suspended: new Set([odd]) });
  const rows = [`${even}\t${odd - 2n}`, `${even}\t${odd}`, `${odd + 1n}\t${largest}`];
  check.take(text(rows.map((row, i) => `${row}\t1.000000000000\t${[1, 2, 1][i]}\n`).join('')));
  expect(check.answers()).toMatchObject({ 'no suspended': 1, 'no self': 0, 'short lists': 0 });

  const lists = new ConnectionLists(0);
  lists.add(1, 5, 1, 0);
  lists.add(1, even, 2, 0);
  lists.add(1, odd, 3, 0);
  expect([5, even, odd, odd + 1n].map((id) => lists.find(id, 0, 3))).toEqual([0, 1, 2, -1]);
  expect([lists.idAt(0), lists.idAt(2)]).toEqual([5, odd]);
});

test('published rows with ids of 8 bytes are compared exactly', () => {
  const row = (user: bigint, other: bigint, created: bigint) => {
    const bytes = Buffer.alloc(2 + 12 + 12 + 12);
    bytes.writeInt16BE(3, 0);
    for (const [i, value] of [user, other, created].entries()) {
      bytes.writeInt32BE(8, 2 + 12 * i);
      bytes.writeBigInt64BE(value, 6 + 12 * i);
    }
    return bytes;
  };
  const bytes = Buffer.concat([
    Buffer.alloc(19),
    row(1n, 2n, 10n),
    row(even, odd, 20n),
    row(largest, 3n, 30n),
    Buffer.alloc(2),
  ]);
  const shown = new ShownRows(bytes, 2);
  expect(shown.createdAt([1, 2])).toBe(10);
  expect(shown.createdAt([even, even])).toBeUndefined();
  expect(shown.createdAt([even, odd])).toBe(20);
  expect(shown.createdAt([largest, 3])).toBe(30);
});

test('ids are of one of three kinds, on either engine', () => {
  for (const kind of ['int', 'bigint', 'text'])
    expect(readSettings({ KITH_USER_IDS: kind, KITH_ENGINE: 'spark' }).userIds).toBe(kind);
  expect(() => readSettings({ KITH_USER_IDS: 'words' })).toThrow('KITH_USER_IDS should be int, bigint or text');
});
