import { instantText, ShownRows } from '../../src/export/shown-rows.ts';

/** Rows as COPY gives them in its binary format: whole numbers of 4 bytes, and microseconds since 2000. */
function copied(rows: [key: number[], created: bigint][]): Buffer {
  const bytes = rows.map(([key, created]) => {
    const row = Buffer.alloc(2 + key.length * 8 + 12);
    let at = row.writeInt16BE(key.length + 1, 0);
    for (const id of key) at = row.writeInt32BE(id, row.writeInt32BE(4, at));
    row.writeBigInt64BE(created, row.writeInt32BE(8, at));
    return row;
  });
  return Buffer.concat([Buffer.alloc(19), ...bytes, Buffer.from([0xff, 0xff])]);
}

test('each key finds its row, in one pass over both', () => {
  const shown = new ShownRows(
    copied([
      [[1, 5], 10n],
      [[1, 2_147_483_647], -20n],
      [[3, 0], 2n ** 52n],
      [[4, 4], 40n],
    ]),
    2,
  );
  const keys = [
    [1, 4],
    [1, 5],
    [1, 6],
    [1, 2_147_483_647],
    [2, 1],
    [3, 0],
    [3, 1],
    [4, 4],
    [5, 0],
  ];
  expect(keys.map((key) => shown.createdAt(key))).toEqual([
    undefined,
    10,
    undefined,
    -20,
    undefined,
    2 ** 52,
    undefined,
    40,
    undefined,
  ]);
});

test('of nobody nothing is shown', () => {
  expect(ShownRows.none.createdAt([1, 2, 3])).toBeUndefined();
});

test('rows of another width are refused', () => {
  expect(() => new ShownRows(copied([[[1, 2], 3n]]), 3)).toThrow('width');
});

test.each([
  [0, '2000-01-01T00:00:00.000000Z'],
  [-1, '1999-12-31T23:59:59.999999Z'],
  [762_566_399_123_456, '2024-02-29T23:59:59.123456Z'],
])('%d microseconds since 2000 are an instant', (microseconds, text) => {
  expect(instantText(microseconds)).toBe(text);
});
