import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { seededRandom } from '../oracle/seeded-random.ts';

/** A day's folder after somebody has mangled it. */
export interface MangledFolder {
  /** What every file holds, unpacked, by the name without `.gz`; only of those that can be unpacked. */
  contents: Map<string, Buffer>;
  /** If the folder has to be refused: parts of its errors, one of which is told. */
  mustFail: string[];
  /** What was done, for whoever looks into a failure. */
  story: string[];
}

type Below = (below: number) => number;

const time = (i: number) => new Date(Date.UTC(2024, 4, 1) + i * 7_919_000).toISOString().slice(0, 19);
const rows = (count: number, row: (i: number) => string) => Array.from({ length: count }, (_, i) => row(i));

/** The good lines of a day; each is in its file only once. */
export const goodLines: Readonly<Record<string, string[]>> = {
  'follow.csv': rows(15, (i) => `${i},${i + 1},${time(i).replace('T', ' ')}${['', ',', ',follow', ',FOLLOW'][i % 4]}`),
  'reply.csv': rows(12, (i) => `${i},${i + 2},${9_007_199_254_740_993n + BigInt(i)},${time(i)}Z,reply`),
  'like.csv': rows(25, (i) =>
    i % 5 ? `${i},${i + 3},${i},${time(i)},like` : `"${i}","${i + 3}","${i}","${time(i)}",""`,
  ),
  'mention.csv': rows(10, (i) => `${2_147_483_647 - i},${i},${i},${time(i)}.5+02:00,mention`),
  'user.csv': rows(14, (i) => `${i},name,,,,,,é,,,,${i % 2},x`),
  'messages.jsonl': rows(12, (i) => JSON.stringify({ id: i, user_id: i, body: `é ${i}`, created_at: `${time(i)}Z` })),
};
const names = Object.keys(goodLines);

const huge = '9'.repeat(400);
/** What a cell, or a part of a line, may be replaced by. */
const oddities = [
  '',
  '0',
  '-1',
  '1e3',
  '1.0',
  ' 1',
  '2147483648',
  '9223372036854775808',
  huge,
  '１',
  'NaN',
  'null',
  '"',
  '""',
  '"""',
  '\0',
  '\r',
  '\ufeff',
  '\ufffd',
  '💥',
  '2024-02-30 00:00:00',
  '2999-01-01 00:00:00',
  '0000-00-00',
  '1717070400',
  'like',
  'follow',
  ';',
  '\t',
  '{',
  '[[[[[[',
  '{"id":1e999}',
  '\\u0000',
  '__proto__',
  '\u001b[2J',
  "'; DROP TABLE users",
];

/** Changes of a file's bytes. */
const mangles: Record<string, (bytes: Buffer, below: Below) => Buffer> = {
  'flips bytes': (bytes, below) => {
    const copy = Buffer.from(bytes);
    for (let i = below(8); i >= 0 && copy.length > 0; i--) copy[below(copy.length)] = below(256);
    return copy;
  },
  'cuts it off': (bytes, below) => bytes.subarray(0, below(bytes.length + 1)),
  'takes a piece out': (bytes, below) => {
    const at = below(bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + below(40))]);
  },
  'puts something in': (bytes, below) => {
    const at = below(bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(pick(oddities, below)), bytes.subarray(at)]);
  },
  'replaces a cell': (bytes, below) => {
    const lines = bytes.toString('latin1').split('\n');
    const at = below(lines.length);
    const cells = (lines[at] ?? '').split(',');
    cells[below(cells.length)] = Buffer.from(pick(oddities, below)).toString('latin1');
    lines[at] = cells.join(',');
    return Buffer.from(lines.join('\n'), 'latin1');
  },
  'doubles the newlines': (bytes) => Buffer.from(bytes.toString('latin1').replaceAll('\n', '\n\n'), 'latin1'),
  'makes it CRLF': (bytes) => Buffer.from(bytes.toString('latin1').replaceAll('\n', '\r\n'), 'latin1'),
  'makes it CR': (bytes) => Buffer.from(bytes.toString('latin1').replaceAll('\n', '\r'), 'latin1'),
  'begins it with a byte order mark': (bytes) => Buffer.concat([Buffer.from('\ufeff'), bytes]),
  'makes it UTF-16': (bytes) => Buffer.from(`\ufeff${bytes.toString('utf8')}`, 'utf16le'),
  'adds empty lines': (bytes, below) => Buffer.concat([bytes, Buffer.alloc(below(14), '\n')]),
  'adds its header': (bytes) => Buffer.concat([Buffer.from('user_id,engaged_with_user_id,timestamp\n'), bytes]),
  'adds a half line': (bytes, below) => Buffer.concat([bytes, bytes.subarray(0, below(20))]),
  'adds a very long line': (bytes, below) =>
    below(4) > 0
      ? bytes
      : Buffer.concat([Buffer.alloc(1_100_000, pick(['1', '"', ',', '['], below)), Buffer.from('\n'), bytes]),
  'adds random bytes': (bytes, below) =>
    Buffer.concat([bytes, Buffer.from(rows(below(300), () => '').map(() => below(256)))]),
  'adds NUL bytes': (bytes, below) => Buffer.concat([bytes, Buffer.alloc(below(5000))]),
  'repeats it': (bytes) => Buffer.concat([bytes, bytes]),
  'empties it': () => Buffer.alloc(0),
};

/** Names that are no input, some of which look like it. */
const near = [
  'likes.csv',
  'FOLLOW.CSV',
  'reply (1).csv',
  'user.csv.txt',
  'message.jsonl',
  'like.csv.zst',
  'blocks.csv',
];
const harmless = [
  'notes.txt',
  '\u001b[31mred',
  'ünïcode 💥.csv',
  '-rf',
  '.follow.csv.swp',
  '_SUCCESS',
  'a\nb',
  'x'.repeat(255),
];

/** Writes a day's folder that is mangled in a way that depends on the seed only. */
export function writeMangled(dir: string, seed: number): MangledFolder {
  const below = seededRandom(seed);
  const mangled: MangledFolder = { contents: new Map(), mustFail: [], story: [] };
  mkdirSync(dir);
  const fail = (why: string) => {
    mangled.mustFail.push(why);
  };
  for (const name of names) {
    if (below(10) === 0) continue;
    let bytes: Buffer = Buffer.from((goodLines[name] as string[]).map((line) => `${line}\n`).join(''));
    for (let left = below(3); left > 0; left--) {
      const what = pick(Object.keys(mangles), below);
      bytes = (mangles[what] as (typeof mangles)[string])(bytes, below);
      mangled.story.push(`${name}: ${what}`);
    }
    writeOne(name, bytes);
  }
  if (!names.slice(0, 4).some((name) => mangled.contents.has(name))) fail('');
  if (below(8) === 0) {
    const name = pick(near, below);
    writeFileSync(join(dir, name), 'x');
    mangled.story.push(`adds ${name}`);
    fail(name);
  }
  if (below(4) === 0) writeFileSync(join(dir, pick(harmless, below)), 'x');
  return mangled;

  function writeOne(name: string, bytes: Buffer): void {
    const path = join(dir, name);
    const kind = below(40);
    const zipped = kind < 14 ? gzipSync(bytes) : bytes;
    if (kind > 3 || (kind === 3 && bytes.length === 0)) {
      writeFileSync(kind < 14 ? `${path}.gz` : path, zipped);
      mangled.contents.set(name, bytes);
      return;
    }
    mangled.story.push(
      `${name}: ${['a broken gzip', 'both plain and gzip', 'no plain file', 'gzip in two parts'][kind]}`,
    );
    if (kind === 0) {
      writeFileSync(
        `${path}.gz`,
        pick(
          [
            zipped.subarray(0, below(zipped.length)),
            Buffer.concat([zipped, bytes.subarray(0, 9), Buffer.from('x')]),
            Buffer.from(`x${name}`),
          ],
          below,
        ),
      );
      fail('');
      mangled.contents.set(name, Buffer.alloc(0));
    } else if (kind === 1) {
      writeFileSync(`${path}.gz`, zipped);
      writeFileSync(path, bytes);
      fail(name);
    } else if (kind === 2) {
      const place = below(2) ? path : `${path}.gz`;
      pick(
        [
          () => mkdirSync(place),
          () => execFileSync('mkfifo', [place]),
          () => symlinkSync('nowhere', place),
          () => symlinkSync('/dev/zero', place),
        ],
        below,
      )();
      fail(name);
    } else {
      const half = below(bytes.length);
      writeFileSync(`${path}.gz`, Buffer.concat([gzipSync(bytes.subarray(0, half)), gzipSync(bytes.subarray(half))]));
      mangled.contents.set(name, bytes);
    }
  }
}

function pick<T>(items: readonly T[], below: Below): T {
  return items[below(items.length)] as T;
}
