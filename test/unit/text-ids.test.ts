import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { visible } from '../../src/control-characters.ts';
import { showByHand } from '../../src/dashboard/by-hand.ts';
import { BadInputError } from '../../src/errors.ts';
import { textsIn } from '../../src/ingest/forgotten.ts';
import { parseMapping } from '../../src/ingest/mapping.ts';
import { readFolder } from '../../src/ingest/read-folder.ts';
import { RejectsFile } from '../../src/ingest/rejects.ts';
import { masked, maskOf } from '../../src/jobs/forget/mask.ts';
import { MessageStore } from '../../src/messages/message-store.ts';
import { parseMessage } from '../../src/messages/parse-message.ts';
import { readMessages } from '../../src/messages/read-messages.ts';
import { readReputationList } from '../../src/scoring/reputation/reputation-list.ts';
import { writeReputationList } from '../../src/scoring/reputation/write-scores.ts';
import { openApi } from '../../src/serve/openapi.ts';
import { addressesFor } from '../../src/serve/schemas.ts';
import { hasUnseen, shellWord } from '../../src/shell-word.ts';
import { renderUser } from '../../src/show/render-user.ts';
import { readUserId, showCommand } from '../../src/show/user-id.ts';
import { openFolder } from '../../src/storage/open-folder.ts';
import { collisionOf, idInPath, idOfPath, numberOfText, userIdOf } from '../../src/user-id.ts';
import { inputLimits } from '../harness/input-limits.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'kith-texts-'));
});
afterEach(() => rm(home, { recursive: true }));

const limits = { ...inputLimits, userIds: 'text' as const, maxRejectedPercent: 100 };
const isText = { userIds: 'text' } as const;

/** What a folder holds: `type user engaged` by texts, flags, messages and why rows were rejected. */
async function read(files: Record<string, string | Buffer>, mapping?: string) {
  const dir = join(home, '20240601');
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(dir, name), content);
  if (mapping !== undefined) await writeFile(join(dir, 'kith.mapping.yaml'), mapping);
  const folder = await openFolder(dir);
  const rejectsPath = join(home, 'rejects.csv');
  await using staged = await readFolder(folder, { workDir: join(home, 'work'), rejectsPath, limits });
  const texts = new Map<string, string>();
  for await (const named of staged.readNames()) for (const [id, text] of named) texts.set(String(id), text);
  const rows: string[] = [];
  for (const type of ['follow', 'like', 'block'] as const)
    for await (const { users, engaged, messages } of staged.readActivities(type, 100))
      users.forEach((user, i) => {
        const message = type === 'like' ? ` ${messages[i]}` : '';
        rows.push(`${type} ${texts.get(String(user))} ${texts.get(String(engaged[i]))}${message}`);
      });
  const flags: string[] = [];
  for await (const { userIds, suspended } of staged.readUsers(100))
    for (const [i, id] of userIds.entries()) flags.push(`${texts.get(String(id))} ${suspended[i]}`);
  const reasons = (await readFile(rejectsPath, 'utf8'))
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',')[2]);
  await using rejects = await RejectsFile.append(rejectsPath);
  const messages: string[] = [];
  await readMessages(folder, { rejects, limits }, (all) =>
    messages.push(...all.map(({ userText, userId, id }) => `${userText} ${userId} ${id}`)),
  );
  return { rows: rows.sort(), flags: flags.sort(), texts, reasons, messages, files: staged.files };
}

test('the number of a text is the first 63 bits of its SHA-256, of its UTF-8', () => {
  // By `printf abc | sha256sum`, and so on.
  expect(numberOfText('abc')).toBe(0xba7816bf8f01cfean >> 1n);
  expect(numberOfText('alice')).toBe(0x2bd806c97f0e00afn >> 1n);
  expect(numberOfText('42')).toBe(0x73475cb40a568e8dn >> 1n);
  expect(numberOfText('zoë')).toBe(numberOfText(Buffer.from([0x7a, 0x6f, 0xc3, 0xab])));
});

test('rows, users and messages have texts, each its own', async () => {
  const { rows, flags, messages, reasons } = await read({
    'follow.csv': 'alice,Alice,2024-05-30 07:00:00\n"a ""b"", c",007,2024-05-30 07:00:00,follow\n',
    'like.csv':
      'alice,7,42,2024-05-30 07:00:00,like\n7,did:plc:x,at://x/1,2024-05-30 07:00:00,\n7,7,1,2024-05-30 07:00:00,\n',
    'block.csv': 'zoë,<b>,2024-05-30 07:00:00\n',
    'user.csv': 'alice,,,,,,,,,,,1\n"in\ntwo lines",,,,,,,,,,,0\n',
    'messages.jsonl':
      '{"id":42,"user_id":"alice","body":"","created_at":"2024-05-01T00:00:00Z"}\n' +
      '{"id":"42","user_id":1234567890123456789,"body":"","created_at":"2024-05-01T00:00:00Z"}\n',
  });
  const number = (text: string) => numberOfText(text);
  expect(rows).toEqual(
    [
      'follow alice Alice',
      'follow a "b", c 007',
      `like alice 7 ${number('42')}`,
      `like 7 did:plc:x ${number('at://x/1')}`,
      'block zoë <b>',
    ].sort(),
  );
  expect(flags).toContain('alice true');
  expect(flags).toContain('in\ntwo lines false');
  expect(messages).toEqual([
    `alice ${number('alice')} ${number('42')}`,
    `1234567890123456789 ${number('1234567890123456789')} ${number('42')}`,
  ]);
  expect(reasons).toEqual([]);
});

test('what is no id is rejected with its reason; 255 bytes and control characters are one', async () => {
  const longest = `${'é'.repeat(127)}x`;
  const row = (id: string | Buffer) =>
    Buffer.concat([Buffer.from(id), Buffer.from(',bob,1,2024-05-30 07:00:00,like\n')]);
  const { rows, reasons, texts } = await read({
    'like.csv': Buffer.concat(
      ['good', '', longest, `${longest}x`, Buffer.from([0x61, 0xff]), 'a\0b', '\u001b[31mred', 'x'.repeat(256)].map(
        row,
      ),
    ),
  });
  expect(rows).toHaveLength(3);
  expect(reasons).toEqual([
    'user_id is empty',
    'user_id is longer than 255 bytes',
    'broken UTF-8',
    'NUL byte',
    'user_id is longer than 255 bytes',
  ]);
  // Of good rows only.
  expect([...texts.values()].sort()).toEqual(['\u001b[31mred', 'bob', 'good', longest]);
  const message = (user: string, id = '"1"') =>
    parseMessage(
      `{"id":${id},"user_id":${user},"body":"","created_at":"2024-05-01T00:00:00Z"}`,
      undefined,
      undefined,
      'text',
    );
  expect(message('""')).toBe('user_id is empty');
  expect(message('"\\ud800"')).toBe('user_id is broken UTF-8');
  expect(message('"a\\u0000"')).toBe('user_id is a text with a NUL byte');
  expect(message(`"${'x'.repeat(256)}"`)).toBe('user_id is longer than 255 bytes');
  expect(message('1.5')).toBe('user_id is not a text');
  expect(message('{}')).toBe('user_id is not a text');
  expect(message('"a"', '""')).toBe('id is empty');
});

const follows = (between: string) =>
  ['al,bo', 'bo,cy', 'cy,al'].map((pair) => `${pair.replace(',', between)}${between}2024-05-30 07:00:00\n`).join('');
const read3 = ['follow al bo', 'follow bo cy', 'follow cy al'];

test.each([
  ['semicolons', 'follow.csv', follows(';')],
  ['tabs', 'follow.csv', follows('\t')],
  ['blanks', 'follow.csv', follows(' ')],
  ['blanks after commas', 'follow.csv', follows(', ')],
  ['a header', 'follow.csv', `source,target,created_at\n${follows(',')}`],
  ['epoch times', 'follow.csv', follows(',').replaceAll('2024-05-30 07:00:00', '1717052400')],
  [
    'JSON',
    'follow.json',
    JSON.stringify(
      ['al,bo', 'bo,cy', 'cy,al']
        .map((pair) => pair.split(','))
        .map(([a, b]) => ({ from: a, to: b, at: '2024-05-30' })),
    ),
  ],
])('a file of texts with %s is read', async (_, name, content) => {
  expect((await read({ [name]: content })).rows).toEqual(read3);
});

const days = (rows: string, between = ',') =>
  rows.replaceAll(' ', `${between}2024-05-30 07:00:00\n`).replaceAll(',', between);

test.each([
  ['all rows', 'follow.csv', days('#al,bo #bo,%cy %cy,#al '), ['#al bo', '#bo %cy', '%cy #al']],
  ['the first rows', 'follow.csv', days('#al,bo %bo,cy cy,al '), ['#al bo', '%bo cy', 'cy al']],
  ['one with a rel_type', 'follow.csv', `#al,bo,2024-05-30,follow\n${days('bo,cy ')}`, ['#al bo', 'bo cy']],
  ['rows with semicolons', 'follow.csv', days('#al,bo cy,al ', ';'), ['#al bo', 'cy al']],
  ['rows with tabs', 'follow.tsv', `# From\tTo\n${days('#al,bo cy,al ', '\t')}`, ['#al bo', 'cy al']],
  ['rows with blanks', 'follow.txt', `# Nodes: 1717052400\n#al bo 1717052400\ncy al 1717052400\n`, ['#al bo', 'cy al']],
  ['rows below comments', 'follow.csv', `# of 2024\n% by Kith\n${days('#al,bo cy,al ')}`, ['#al bo', 'cy al']],
  [
    'rows below a header in a comment',
    'follow.csv',
    `#source,target,time\n${days('#al,bo cy,al ')}`,
    ['#al bo', 'cy al'],
  ],
  ['rows below a header', 'follow.csv', `# of 2024\nsource,target,time\n${days('#al,bo cy,al ')}`, ['#al bo', 'cy al']],
])('ids may begin like a comment: in %s', async (_, name, content, expected) => {
  const { rows, reasons } = await read({ [name]: content });
  expect(rows).toEqual(expected.map((row) => `follow ${row}`).sort());
  expect(reasons).toEqual([]);
});

test('ids of users and of messages may begin like a comment, too', async () => {
  const user = (id: string) => `${id},,,,,,,,,,,1\n`;
  const { flags, files } = await read({
    'follow.csv': '',
    'like.csv': '#al,bo,#1,2024-05-30,\n',
    'user.csv': `# id and flag\n${user('#al')}${user('bo')}`,
  });
  expect(flags).toEqual(['#al true', 'bo true']);
  expect(files.map(({ file, lines }) => `${file} ${lines}`)).toEqual(['follow.csv 0', 'like.csv 1', 'user.csv 2']);
});

test('blanks at the ends of an id count if it is in quotes, whatever is in the other rows', async () => {
  const time = '2024-05-30 07:00:00';
  const plain = Array.from({ length: 300 }, (_, i) => `u${i},bo,${time}\n`).join('');
  const odd = [`al ,bo,${time}`, `al, cy ,${time}`, `"al ",bo,${time}`, `" al", "c""y " ,${time}`].join('\n');
  const expected = ['follow  al c"y ', 'follow al  bo', 'follow al bo', 'follow al cy'];
  const odds = (all: string[]) => all.filter((row) => !row.startsWith('follow u'));
  for (const content of [`${odd}\n${plain}`, `${plain}${odd}\n`, odd]) {
    const { rows, reasons } = await read({ 'follow.csv': content });
    expect([odds(rows), reasons]).toEqual([expected, []]);
  }
  const users = await read({ 'follow.csv': '', 'user.csv': 'user_id,suspended\nal ,1\n"al ",0\n"a\nl ", 1\n' });
  expect(users.flags).toEqual(['a\nl  true', 'al  false', 'al true']);
  const path = join(home, 'reputation_score.csv');
  await writeFile(path, 'user_id,pred\nal ,0.5\n"al ",1\n');
  const scores = new Map(['al', 'al '].map((text, i) => [userIdOf(numberOfText(text)), (i + 1) / 2]));
  expect(new Map(await readReputationList(path, { limits }))).toEqual(scores);
});

test('blanks at the ends of an id count in JSON and Parquet', async () => {
  const json = '{"source":"al ","target":" bo","time":"2024-05-30"}\n';
  expect((await read({ 'follow.jsonl': json })).rows).toEqual(['follow al   bo']);
  const db = await (await DuckDBInstance.create(':memory:')).connect();
  const path = join(home, 'follow.parquet');
  await db.run(
    `COPY (SELECT 'al ' AS source, ' bo' AS target, DATE '2024-05-30' AS time) TO '${path}' (FORMAT parquet)`,
  );
  db.disconnectSync();
  expect((await read({ 'follow.parquet': await readFile(path) })).rows).toEqual(['follow al   bo']);
});

test('a first row of users who are called like columns is no header; an unknown header is refused', async () => {
  const { rows } = await read({ 'follow.csv': `user,target,2024-05-30 07:00:00\n${follows(',')}` });
  expect(rows).toEqual([...read3, 'follow user target'].sort());
  await expect(read({ 'follow.csv': `wer,wen,wann\n${follows(',')}` })).rejects.toThrow(
    'a header whose names Kith doesn\'t know ("wer", "wen", "wann")',
  );
});

test('Parquet and constants of a mapping have texts, too', async () => {
  const instance = await DuckDBInstance.create(':memory:');
  const db = await instance.connect();
  const path = join(home, 'follow.parquet');
  await db.run(
    `COPY (SELECT 'al' AS source, 'did:x,y' AS target, TIMESTAMP '2024-05-30 07:00:00' AS created_at) TO '${path}' (FORMAT parquet)`,
  );
  db.disconnectSync();
  instance.closeSync();
  expect((await read({ 'follow.csv': await readFile(path) })).rows).toEqual(['follow al did:x,y']);
  const mapping = 'files: [{ file: mine.csv, kind: like, constants: { user_id: me@home, message_id: m } }]';
  const { rows } = await read({ 'mine.csv': 'bo,2024-05-30 07:00:00,like\n' }, mapping);
  expect(rows).toEqual([`like me@home bo ${numberOfText('m')}`]);
  expect(() => parseMapping(mapping.replace('me@home', "''"), 'm', 'text')).toThrow('user_id: "" is no id');
  expect(() => parseMapping(mapping, 'm', 'bigint')).toThrow('is no id');
});

test('threads parse the same as one', async () => {
  const { ParsingThreads } = await import('../../src/ingest/parsing-threads.ts');
  const { parseActivities } = await import('../../src/ingest/activity-rows.ts');
  const { plainTable } = await import('../../src/ingest/file-form.ts');
  const form = { ...plainTable('follow'), userIds: 'text' as const };
  const block = Buffer.from(follows(','));
  await using threads = new ParsingThreads();
  const latest = Number.POSITIVE_INFINITY;
  expect(await threads.parse(Buffer.from(block), 'follow', latest, form)).toEqual(
    parseActivities(block, 'follow', latest, form),
  );
});

test('a list of scores is written and read with texts', async () => {
  const path = join(home, 'reputation_score.csv');
  const texts = ['a,b', '"q"', 'two\nlines', ' blank ', 'zoë'];
  const list = new Map(texts.map((text, i) => [userIdOf(numberOfText(text)), i / 10]));
  await writeReputationList(path, list, { texts: new Map(texts.map((text) => [userIdOf(numberOfText(text)), text])) });
  expect(new Map(await readReputationList(path, { limits }))).toEqual(list);
  // It stands for broken bytes only where it was not written.
  await writeFile(path, '\ufeff"user_id","pred"\na\ufffd,1\n');
  expect(new Map(await readReputationList(path, { limits }))).toEqual(
    new Map([[userIdOf(numberOfText('a\ufffd')), 1]]),
  );
  for (const [row, why] of [
    [Buffer.from([0x61, 0xff, 0x2c, 0x31]), 'broken UTF-8'],
    ['"",1', 'user_id is empty'],
    [`${'x'.repeat(256)},1`, 'user_id is longer than 255 bytes'],
    ['a,1\na,0', 'user "a" already has a score'],
  ] as const) {
    await writeFile(
      path,
      Buffer.concat([Buffer.from('user_id,pred\n'), Buffer.from(row as string), Buffer.from('\n')]),
    );
    await expect(readReputationList(path, { limits })).rejects.toThrow(why);
  }
});

test('messages of two texts with one number are refused by name', async () => {
  await using store = await MessageStore.open(join(home, 'messages.duckdb'), undefined, undefined, 'text');
  const message = (id: bigint, userText: string) => ({ id, userId: 5, userText, at: 1, words: '', isGood: undefined });
  (await store.stage())([message(1n, 'one'), message(2n, 'one')]);
  await store.commit();
  expect(await store.texts()).toEqual(new Map([[5, 'one']]));
  (await store.stage())([message(3n, 'other')]);
  const committing = store.commit();
  await expect(committing).rejects.toThrow(BadInputError);
  await expect(committing).rejects.toThrow('The ids "one" and "other" have one number, 5');
});

test('an id is read as it is given, and commands and statements to copy have it quoted', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), (text) => {
      fc.pre(!text.includes('\0'));
      expect(readUserId(text, isText)).toBe(userIdOf(numberOfText(text)));
    }),
  );
  expect(readUserId('0042', isText)).not.toBe(readUserId('42', isText));
  expect(() => readUserId('', isText)).toThrow('A user id is a text of 1 to 255 bytes');
  expect(showCommand('kith', 'did:plc:x', 42)).toBe('kith show did:plc:x --why 42');
  expect(showCommand('kith', "O'Neil $x", '-v')).toBe("kith show 'O'\\''Neil $x' --why=-v");
  expect(showCommand('kith', '-v')).toBe('kith show -- -v');
  const settings = { ranking: 'second-degree', weighting: { windowSeconds: 86_400 } };
  const view = {
    userId: "O'<b>$&",
    run: { id: 'r', asOf: 0, startedAt: '', settings },
    closest: [],
    recommendations: [],
  };
  const page = String(showByHand(view as never, 'bob', 'kith'));
  expect(page).toContain(
    'WHERE user_id = (SELECT user_id FROM graph_recs.users WHERE id = &#39;O&#39;&#39;&lt;b&gt;$&amp;&#39;)',
  );
  expect(page).toContain(`:param userId =&gt; ${numberOfText("O'<b>$&")};`);
});

const oddIds = [
  '.',
  '..',
  '.~',
  '..~~',
  '...',
  '%2E',
  '/',
  'a/b?c#d%20e',
  ' blanks ',
  `O'Neil "x" \\ $HOME`,
  'in\ntwo\tlines',
].concat(['שלום', 'a\u202eb', '\u00a0', '\u2028', '👩‍👩‍👧', '-v', '$(id)`id`!!', '*', '=ls', '~', "!'\u200b\\"]);

test.each(oddIds)('%j is a part of an address that clients leave as it is, and a word of a command', (id) => {
  const parts = new URL(`http://kith/users/${idInPath(id)}/preview`).pathname.split('/');
  expect(parts).toHaveLength(4);
  expect(idOfPath(decodeURIComponent(parts[2] as string))).toBe(id);
  const printed = execFileSync('bash', ['-c', `printf %s ${shellWord(id)}`], { encoding: 'utf8' });
  expect(printed).toBe(id);
  expect(hasUnseen(shellWord(id))).toBe(false);
});

test('no two ids have one address', () => {
  const dots = fc.array(fc.constantFrom('.', '~', '%', 'a'), { minLength: 1, maxLength: 6 }).map((all) => all.join(''));
  fc.assert(fc.property(dots, (id) => expect(idOfPath(decodeURIComponent(idInPath(id)))).toBe(id)));
});

test('what is told of users has an id in one line, whatever is in it', () => {
  const run = {
    id: 'r',
    asOf: 0,
    startedAt: '',
    settings: { ranking: 'second-degree', weighting: { windowSeconds: 86_400 } },
  };
  const id = 'x\n  1  nobody  1.0000\u202e';
  const view = { userId: id, run, suspended: false, closest: [{ userId: id, rank: 1, weight: '0.5' }] };
  const dropped = { self: 0, followed: 0, reputation: 0 };
  const text = renderUser({ ...view, recommendations: [], dropped } as never, 'kith');
  expect(text).not.toContain('\n  1  nobody');
  expect(text).toContain(visible(id));
  expect(text).toContain(`kith show ${shellWord(id)} --why REC_ID`);
});

test('in a line that is no row, whatever may be an id is found', () => {
  for (const line of [
    'did:plc:x,bob',
    'a\tdid:plc:x\tb',
    '"did:plc:x";1',
    'no did:plc:x here',
    '{"u":"did:plc:x"}',
    '{"u":"did\\u003aplc:x"}',
  ])
    expect(textsIn(line)).toContain('did:plc:x');
  expect(textsIn('"O""Neil, in\ntwo lines",1')).toContain('O"Neil, in\ntwo lines');
  expect(textsIn('did:plc:xy,1')).not.toContain('did:plc:x');
  expect(textsIn('"Ann Lee",1')).toContain('Ann Lee');
});

test.each(['ann', 'error', 'rows', 'run', '1', ' and ', ', ', '"', '\\', 'a "b"', '.*', 'zoë\n', '***', '$&'])(
  'in messages %j is masked where it is an id, and nothing else is',
  (id) => {
    const number = userIdOf(numberOfText(id));
    const mask = maskOf(number, id);
    const message = (who: string, of: unknown) =>
      `The run failed: 1 rows of ${who}, ${of}1 and ${of}, error "joanna ann" and "ann-marie", ${JSON.stringify('x "ann"')}: ann's.`;
    expect(mask(message(JSON.stringify(id), number))).toBe(
      message('"***"', `${number}`).replace(`and ${number},`, 'and ***,'),
    );
    const outcome = { name: 'run', detail: JSON.stringify(id), error: ['error', null, 1, JSON.stringify(id)] };
    expect(masked(outcome, mask)).toEqual({ name: 'run', detail: '"***"', error: ['error', null, 1, '"***"'] });
  },
);

test('an error that has names from the input has them in quotes', async () => {
  const { message } = collisionOf(5, 'a "b"', 'ann');
  expect(maskOf(5, 'ann')(message)).toContain('The ids "a \\"b\\"" and "***" have one number, ***,');
  const header = read({ 'follow.csv': `wer,ann,wann\n${follows(',')}` });
  await expect(header).rejects.toThrow('("wer", "ann", "wann")');
});

test('the API takes and gives texts', () => {
  const { path } = addressesFor('text')['/v1/users/{id}/closest'];
  expect(path.parse({ id: 'did:plc:x' })).toEqual({ id: 'did:plc:x' });
  expect(path.safeParse({ id: 'x'.repeat(256) }).success).toBe(false);
  expect(addressesFor('int')['/v1/users/{id}/closest'].path.safeParse({ id: 'x' }).success).toBe(false);
  const withNumbers = JSON.stringify(openApi(addressesFor('int')));
  const idPattern = '(0|[1-9]';
  expect(withNumbers).toContain(idPattern);
  expect(JSON.stringify(openApi(addressesFor('text')))).not.toContain(idPattern);
});
