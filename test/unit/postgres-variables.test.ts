import { fillIn } from '../../src/postgres/variables.ts';

test('identifiers, literals and lists are filled in and quoted as psql does', () => {
  const text = `COPY kith_next.:"next" (:columns) FROM STDIN; SELECT :'start'::timestamptz`;
  expect(fillIn(text, { next: 'a "b"', columns: ['user_id', 'Rank'], start: "it's" })).toBe(
    `COPY kith_next."a ""b""" ("user_id", "Rank") FROM STDIN; SELECT 'it''s'::timestamptz`,
  );
});

test('casts, times, formats and words that are no variables stay as they are', () => {
  const text = "SELECT x::text, timestamptz '2000-01-01 00:00:00Z', format('user %s: %s', a, b), '{a:b}', x::\"char\"";
  expect(fillIn(text, { text: 'no', b: 'no', char: 'no' })).toBe(text);
});

test('a value may look like a variable or a pattern', () => {
  expect(fillIn(`:"a" :'b'`, { a: ':"b"', b: '$1 $&' })).toBe(`":""b""" '$1 $&'`);
});

test('a variable without a value is an error', () => {
  expect(() => fillIn('DROP TABLE :"table"', { tabel: 'x' })).toThrow(':"table"');
  expect(() => fillIn('DROP TABLE :"table"', { table: ['a', 'b'] })).toThrow(':"table"');
});
