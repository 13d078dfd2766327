import fc from 'fast-check';
import { parseActivities } from '../../src/ingest/activity-rows.ts';
import { plainTable } from '../../src/ingest/file-form.ts';
import { blocksOfLines, longestLine } from '../../src/ingest/lines.ts';
import { textTimes } from '../../src/ingest/time-forms.ts';

const good = '1,2,3,2024-01-31 07:00:00,like';
const at = 1706684400;

function reasonOf(line: string | Buffer, type: 'follow' | 'reply' | 'like' | 'mention' = 'like') {
  const bytes = typeof line === 'string' ? Buffer.from(line) : line;
  const rows = parseActivities(bytes, type);
  expect(rows.lines).toBe(1);
  expect(rows.users.length + rows.selfDirected.length + rows.rejects.length).toBe(1);
  return rows.rejects[0]?.reason ?? 'good';
}

/** What a file holds, whatever its layout. */
function contentOf(blocks: Iterable<Buffer>) {
  const content = { lines: 0, rows: [] as string[], rejects: [] as string[] };
  for (const block of blocks) {
    const rows = parseActivities(block, 'like');
    rows.users.forEach((user, i) => {
      content.rows.push(`${user} ${rows.engaged[i]} ${rows.messages[i]} ${rows.instants[i]}`);
    });
    content.rejects.push(...rows.rejects.map(({ line, reason }) => `${content.lines + line} ${reason}`));
    content.lines += rows.lines;
  }
  return content;
}

async function blocks(chunks: Iterable<Buffer>, blockBytes?: number) {
  const all: Buffer[] = [];
  for await (const block of blocksOfLines(chunks, blockBytes)) all.push(Buffer.from(block));
  return all;
}

describe('an activity row', () => {
  test.each([
    [good],
    ['0,2147483647,9223372036854775807,2024-01-31T07:00:00Z,LIKE'],
    ['1,2,3,2024-01-31 07:00:00,'],
    ['"1","2","3","2024-01-31 07:00:00","Like"'],
    ['1,2,3,"2024-01-31 07:00:00,25",like'],
    ['000000000000000000000001,02,0,2024-01-31 07:00:00,like'],
    ['1,2,3,2024-01-31 07:00:00,""'],
    [`${good}\r`],
  ])('is good: %s', (line) => {
    expect(reasonOf(line)).toBe('good');
  });

  test.each([
    ['', 'empty line'],
    ['1,2,3', '3 columns instead of 5'],
    ['1', '1 column instead of 5'],
    [`${good},`, '6 columns instead of 5'],
    ['2147483648,2,3,2024-01-31 07:00:00,like', 'user_id is out of range'],
    ['99999999999999999999,2,3,2024-01-31 07:00:00,like', 'user_id is out of range'],
    ['-1,2,3,2024-01-31 07:00:00,like', 'user_id is out of range'],
    ['1.0,2,3,2024-01-31 07:00:00,like', 'user_id is not a whole number'],
    ['1e3,2,3,2024-01-31 07:00:00,like', 'user_id is not a whole number'],
    [' 1,2,3,2024-01-31 07:00:00,like', 'user_id is not a whole number'],
    ['+1,2,3,2024-01-31 07:00:00,like', 'user_id is not a whole number'],
    ['１,2,3,2024-01-31 07:00:00,like', 'user_id is not a whole number'],
    [',2,3,2024-01-31 07:00:00,like', 'user_id is empty'],
    ['1,x,3,2024-01-31 07:00:00,like', 'engaged_with_user_id is not a whole number'],
    ['1,2,,2024-01-31 07:00:00,like', 'message_id is empty'],
    ['1,2,9223372036854775808,2024-01-31 07:00:00,like', 'message_id is out of range'],
    ['1,2,3,2024-02-30 07:00:00,like', 'timestamp does not exist'],
    ['1,2,3,,like', 'timestamp is empty'],
    ['1,2,3,2024-01-31 07:00:00,reply', 'rel_type is not like'],
    ['1,2,3,2024-01-31 07:00:00,like ', 'rel_type is not like'],
    ['1,2,3,2024-01-31 07:00:00,li\u0000e', 'NUL byte'],
    ['1,2,3,2024-01-31 07:00:00,"like', 'unclosed quote'],
    ['1,2,3,2024-01-31 07:00:00,li"ke', 'stray quote'],
    ['1,"2"x,3,2024-01-31 07:00:00,like', 'stray quote'],
    ['1,2,3,2024-01-31 07:00:00,"lik""e"', 'rel_type is not like'],
  ])('%p is bad: %s', (line, reason) => {
    expect(reasonOf(line === '' ? '\n' : line)).toBe(reason);
  });

  test('with bytes that are not UTF-8 is rejected for that reason', () => {
    const bytes = Buffer.from(good);
    bytes[bytes.length - 1] = 0xff;
    expect(reasonOf(bytes)).toBe('broken UTF-8');
    expect(
      reasonOf(Buffer.concat([Buffer.from('"1'), Buffer.from([0xc3]), Buffer.from('",2,3,2024-01-31,like')])),
    ).toBe('broken UTF-8');
  });

  test('of a follow has no message, and its rel_type may be missing', () => {
    expect(reasonOf('1,2,2024-01-31 07:00:00', 'follow')).toBe('good');
    expect(reasonOf('1,2,2024-01-31 07:00:00,Follow', 'follow')).toBe('good');
    expect(reasonOf('1,2,2024-01-31 07:00:00,', 'follow')).toBe('good');
    expect(reasonOf(good, 'follow')).toBe('5 columns instead of 3 or 4');
    expect([...parseActivities(Buffer.from('1,2,2024-01-31 07:00:00'), 'follow').messages]).toEqual([-1n]);
  });

  test('keeps a message id exactly', () => {
    const ids = ['999999999999999', '1000000000000001', '9007199254740993', '9223372036854775807'];
    const text = ids.map((id) => `1,2,${id},2024-01-31 07:00:00,like\n`).join('');
    expect([...parseActivities(Buffer.from(text), 'like').messages].map(String)).toEqual(ids);
  });

  test('of users towards themselves is dropped but not rejected', () => {
    const rows = parseActivities(Buffer.from('7,7,3,2024-01-31 07:00:00,like\n7,7,3,never,like\n'), 'like');
    expect(rows.selfDirected).toEqual([7]);
    expect(rows.rejects.map(({ line }) => line)).toEqual([1]);
  });

  test('longer than 1 MiB is bad, and not kept completely', async () => {
    const long = Buffer.alloc(3 * longestLine, '1');
    const parts = await blocks([Buffer.from(`${good}\n`), long, long, Buffer.from(`\n${good}\n`)]);
    expect(Math.max(...parts.map(({ length }) => length))).toBeLessThan(1.5 * longestLine);
    expect(contentOf(parts)).toMatchObject({ lines: 3, rejects: ['1 longer than 1 MiB'] });
  });

  test('of exactly 1 MiB is not too long, with LF as with CRLF', async () => {
    for (const [end, extra, reason] of [
      ['\n', 0, '1 column instead of 5'],
      ['\r\n', 0, '1 column instead of 5'],
      ['\r\n', 1, 'longer than 1 MiB'],
    ] as const) {
      const bytes = Buffer.from('1'.repeat(longestLine + extra) + end);
      const pieces = [bytes.subarray(0, 700_000), bytes.subarray(700_000, bytes.length - 1), bytes.subarray(-1)];
      for (const chunks of [[bytes], pieces]) expect(contentOf(await blocks(chunks)).rejects).toEqual([`0 ${reason}`]);
    }
  });
});

const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc
    .array(fc.constantFrom('1', ',', '"', '\n', '\r\n', '\r', '\0', 'é', `${good}\n`, '"1",2,3,2024-01-31,\n'), {
      maxLength: 30,
    })
    .map((parts) => Buffer.from(parts.join(''))),
);
const goodRow = fc
  .tuple(fc.nat(2 ** 31 - 1), fc.nat(2 ** 31 - 1), fc.bigInt(0n, 2n ** 63n - 1n), fc.nat(4e9))
  .filter(([user, engaged]) => user !== engaged)
  .map(([user, engaged, message, second]) =>
    [user, engaged, message, new Date(second * 1000).toISOString().slice(0, 19).replace('T', ' '), 'like'].map(String),
  );

describe('an activity file', () => {
  test('of any bytes has each of its lines either parsed or rejected', async () => {
    await fc.assert(
      fc.asyncProperty(anyBytes, async (bytes) => {
        const content = { lines: 0, judged: 0 };
        for (const block of await blocks([Buffer.from(bytes)])) {
          const rows = parseActivities(block, 'like');
          content.lines += rows.lines;
          content.judged += rows.users.length + rows.selfDirected.length + rows.rejects.length;
        }
        const text = Buffer.from(bytes)
          .toString('latin1')
          .replace(/^\xef\xbb\xbf/, '')
          // Up to ten empty lines at the end are no rows.
          .replace(/(?<=^|\n)(\r?\n|\r$){1,10}$/, '');
        expect(content).toEqual({
          lines: text.split(/\n/).length - (/(^|\n)$/.test(text) ? 1 : 0),
          judged: content.lines,
        });
      }),
    );
  });

  test.each([
    ['days without dashes', '20240530', textTimes],
    ['days', '2024-05-30', textTimes],
    ['epoch seconds', '1717027200', { kind: 'epoch', cut: 0 }],
    ['a pattern of its own', '30/5/2024', { kind: 'pattern', pattern: 'DD/M/YYYY' }],
  ] as const)('keeps every row, however short: %s', (_name, time, times) => {
    const lines = 5000;
    const text = Array.from({ length: lines }, (_, i) => `${i % 10},${(i + 1) % 10},${time}\n`).join('');
    const rows = parseActivities(Buffer.from(text), 'follow', undefined, { ...plainTable('follow'), times });
    expect([rows.lines, rows.users.length, rows.rejects]).toEqual([lines, lines, []]);
    expect([...rows.users]).toEqual(Array.from({ length: lines }, (_, i) => i % 10));
    expect([...rows.engaged]).toEqual(Array.from({ length: lines }, (_, i) => (i + 1) % 10));
    expect(new Set(rows.instants)).toEqual(new Set([1717027200]));
    expect(new Set(rows.messages)).toEqual(new Set([-1n]));
  });

  test('is read the same wherever its chunks and blocks end', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyBytes,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 64 }),
        async (bytes, size, blockBytes) => {
          const whole = Buffer.from(bytes);
          const chunks = Array.from({ length: Math.ceil(whole.length / size) }, (_, i) =>
            whole.subarray(i * size, (i + 1) * size),
          );
          expect(contentOf(await blocks(chunks, blockBytes))).toEqual(contentOf(await blocks([whole])));
        },
      ),
    );
  });

  test('loses at most its own row to a stray quote', () => {
    fc.assert(
      fc.property(fc.array(goodRow, { minLength: 1, maxLength: 200 }), fc.nat(), fc.nat(), (rows, row, place) => {
        const lines = rows.map((row) => row.join(','));
        const hit = row % lines.length;
        const line = lines[hit] as string;
        lines[hit] = `${line.slice(0, place % (line.length + 1))}"${line.slice(place % (line.length + 1))}`;
        const parsed = parseActivities(Buffer.from(lines.join('\n')), 'like');
        expect([parsed.users.length, parsed.rejects.map((reject) => reject.line)]).toEqual([rows.length - 1, [hit]]);
      }),
    );
  });

  test('has the same content in any layout: quoted, CRLF, with a byte order mark, without its last newline', async () => {
    const layout = fc.record({
      quoted: fc.boolean(),
      end: fc.constantFrom('\n', '\r\n'),
      bom: fc.boolean(),
      last: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(goodRow, { minLength: 1 }), layout, async (rows, { quoted, end, bom, last }) => {
        const plain = rows.map((row) => `${row.join(',')}\n`).join('');
        const text = rows.map((row) => (quoted ? row.map((field) => `"${field}"`) : row).join(',')).join(end);
        const other = Buffer.from(`${bom ? '\ufeff' : ''}${text}${last ? end : ''}`);
        expect(contentOf(await blocks([other]))).toEqual(contentOf(await blocks([Buffer.from(plain)])));
      }),
    );
  });

  test('keeps the time of a row', () => {
    expect([...parseActivities(Buffer.from(good), 'like').instants]).toEqual([at]);
  });
});
