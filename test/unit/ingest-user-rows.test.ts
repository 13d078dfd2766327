import fc from 'fast-check';
import { UserReader } from '../../src/ingest/user-rows.ts';

/** A row of user.csv, whose third column is free text. */
const row = (id: number | string, suspended: number | string, bio = '') =>
  `${id},b,${bio},d,e,f,g,h,i,j,k,${suspended},m`;

function read(text: string | Buffer, blockLines = Number.POSITIVE_INFINITY) {
  const reader = new UserReader();
  const bytes = Buffer.from(text as string);
  const found = { lines: 0, parsed: 0, users: [] as [number, boolean][], rejects: [] as string[] };
  const take = (rows: ReturnType<UserReader['read']>) => {
    rows.userIds.forEach((id, i) => {
      found.users.push([Number(id), rows.suspended[i] as boolean]);
    });
    found.rejects.push(...rows.rejects.map(({ line, reason }) => `${found.lines + line} ${reason}`));
    found.lines += rows.lines;
    found.parsed += rows.parsed;
  };
  for (let at = 0; at < bytes.length; ) {
    let end = at;
    for (let lines = 0; lines < blockLines && end < bytes.length; lines++) {
      const newline = bytes.indexOf(10, end);
      end = newline < 0 ? bytes.length : newline + 1;
    }
    take(reader.read(bytes.subarray(at, end)));
    at = end;
  }
  take(reader.end());
  // Whether a record waits for csv-parse or is judged at once is of no interest.
  found.users.sort(([a], [b]) => a - b);
  return found;
}

describe('user.csv', () => {
  test('gives ids and flags from columns 0 and 11', () => {
    expect(read(`${row(1, 0)}\n${row(2, 1)}\r\n"3",b,"a, ""b""",,,,,,,,,"1"\n`)).toEqual({
      lines: 3,
      parsed: 3,
      users: [
        [1, false],
        [2, true],
        [3, true],
      ],
      rejects: [],
    });
  });

  test('may hold newlines in quotes, and counts their lines', () => {
    expect(read(`${row(1, 0, '"one\r\ntwo\n\nthree, ""four"""')}\n${row(2, 1)}\n`)).toEqual({
      lines: 5,
      parsed: 5,
      users: [
        [1, false],
        [2, true],
      ],
      rejects: [],
    });
  });

  test('loses one row to a quote that is never closed', () => {
    const found = read([row(1, 0), row(2, 0, '"open'), row(3, 1), row(4, 0, '"closed"'), row(5, 0)].join('\n'));
    expect(found.users.map(([id]) => id)).toEqual([1, 3, 4, 5]);
    expect(found.rejects).toHaveLength(1);
    expect(found.rejects[0]).toMatch(/^1 /);
  });

  test('loses one row to a quote that is never closed in thousands of lines', () => {
    const lines = Array.from({ length: 3000 }, (_, i) => row(i, 0, i === 5 ? '"' : ''));
    expect(read(lines.join('\n'))).toMatchObject({ lines: 3000, parsed: 2999, rejects: ['5 unclosed quote'] });
  });

  test.each([
    [row(1, 2), 'suspended is not 1 or 0'],
    [row(1, ''), 'suspended is not 1 or 0'],
    [row(1, 'true'), 'suspended is not 1 or 0'],
    [row(1, '01'), 'suspended is not 1 or 0'],
    [row('x', 0), 'user_id is not a whole number'],
    [row(2 ** 31, 0), 'user_id is out of range'],
    ['1,2,3', '3 columns instead of at least 12'],
    [row(1, 0, 'a"b"'), 'stray quote'],
    [row('1\0', 0), 'NUL byte'],
  ])('%p is bad: %s', (line, reason) => {
    expect(read(line).rejects).toEqual([`0 ${reason}`]);
  });

  test('is judged only by the bytes of the columns in use', () => {
    const bytes = Buffer.from(row(1, 0, '?\0'));
    bytes[4] = 0xff;
    expect(read(bytes).parsed).toBe(1);
    const id = Buffer.from(row('1?', 0));
    id[1] = 0xff;
    expect(read(id).rejects).toEqual(['0 broken UTF-8']);
  });

  const anyText = fc
    .array(
      fc.constantFrom('"', '\n', ',', 'x', '\r\n', `${row(1, 0)}\n`, `${row(2, 1, '"a\nb"')}\n`, `${row(3, 1, '"')}\n`),
      { maxLength: 30 },
    )
    .map((parts) => parts.join(''));

  test('of any text has each of its lines either parsed or rejected', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const found = read(text);
        expect(found.lines).toBe(text.split('\n').length - (/(^|\n)$/.test(text) ? 1 : 0));
        expect(found.parsed + found.rejects.length).toBe(found.lines);
      }),
    );
  });

  test('is read the same wherever its blocks end', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 5 }), (text, size) =>
        expect(read(text, size)).toEqual(read(text)),
      ),
    );
  });
});
