import { cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { readFolder } from '../../src/ingest/read-folder.ts';
import { RejectsFile } from '../../src/ingest/rejects.ts';
import { readMessages } from '../../src/messages/read-messages.ts';
import { openFolder } from '../../src/storage/open-folder.ts';
import type { UserIdKind } from '../../src/user-id.ts';
import { inputLimits } from '../harness/input-limits.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'kith-recipes-'));
});
afterEach(() => rm(home, { recursive: true }));

async function block(name: string, language: 'sql' | 'yaml'): Promise<string> {
  const page = await readFile(`docs/inputs/${name}.md`, 'utf8');
  const found = new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(page)?.[1];
  if (found === undefined) throw new Error(`docs/inputs/${name}.md has no ${language}.`);
  return found;
}

/** The folder with a recipe's sample and its mapping. */
async function mapped(name: string): Promise<string> {
  const dir = join(home, '20240601');
  await cp(`test/recipes/${name}`, dir, { recursive: true });
  await rm(join(dir, 'in'), { recursive: true, force: true });
  await writeFile(join(dir, 'kith.mapping.yaml'), await block(name, 'yaml'));
  return dir;
}

/** The folder that a recipe's SQL makes of its sample, also when it runs a second time. */
async function made(name: string): Promise<string> {
  const out = join(home, '20240601');
  await mkdir(out);
  const nested = `test/recipes/${name}/in`;
  const isNested = await stat(nested).then(
    () => true,
    () => false,
  );
  await cp(isNested ? nested : `test/recipes/${name}`, join(home, 'in'), { recursive: true });
  const sql = (await block(name, 'sql')).replaceAll("'in/", `'${home}/in/`).replaceAll("'out/", `'${out}/`);
  for (let time = 1; time <= 2; time++) {
    const instance = await DuckDBInstance.create(join(home, 'names.duckdb'));
    const connection = await instance.connect();
    // A macro stays in the file, a temporary table doesn't.
    await connection.run(time === 1 ? sql : sql.replaceAll('CREATE MACRO', 'CREATE OR REPLACE MACRO'));
    connection.disconnectSync();
    instance.closeSync();
  }
  return out;
}

async function contentOf(dir: string, userIds: UserIdKind = 'int'): Promise<{ rows: string[]; messages: string[] }> {
  const folder = await openFolder(dir);
  const rejectsPath = join(home, 'rejects.csv');
  const limits = { ...inputLimits, maxRejectedPercent: 0, userIds };
  const rows: string[] = [];
  await using staged = await readFolder(folder, { workDir: join(home, 'work'), rejectsPath, limits });
  for (const type of ['follow', 'reply', 'like', 'mention'] as const)
    for await (const batch of staged.readActivities(type, 100))
      for (const [i, user] of batch.users.entries())
        rows.push(`${type} ${[user, batch.engaged[i], batch.at[i], batch.messages[i] ?? '-'].join(' ')}`);
  await using rejects = await RejectsFile.append(rejectsPath);
  const messages: string[] = [];
  await readMessages(folder, { limits, rejects }, (some) => {
    for (const { id, userId, at, words, isGood } of some)
      messages.push([id, userId, at, words, isGood ?? '-'].join(' '));
  });
  return { rows, messages };
}

const day = 1717027200;
const seven = day + 7 * 3600;

describe('the recipe for', () => {
  test('SNAP', async () => {
    const { rows } = await contentOf(await mapped('snap'));
    expect(rows).toEqual([
      'follow 0 4 1714521600 -',
      'follow 0 5 1714521600 -',
      'reply 1 2 1082040961 0',
      'reply 1 2 1082414391 0',
      'reply 3 4 1082155839 0',
      'like 6 2 1289241911 0',
      'like 6 5 1289241941 0',
    ]);
  });

  test('StockTwits', async () => {
    const { rows, messages } = await contentOf(await mapped('stocktwits'));
    expect(rows).toEqual([`like 7 9 ${seven} 2`]);
    expect(messages).toEqual([
      `211 7 ${seven} aapl up true`,
      `210 8 ${seven - 3600} aapl down false`,
      `209 7 ${seven - 7200} x -`,
      `1 7 ${seven} buy now or never -`,
      `2 9 ${seven - 1800} sell -`,
    ]);
  });

  test('GitHub, by its API and from its archive', async () => {
    const { rows } = await contentOf(await mapped('github'));
    expect(rows).toEqual([
      `follow 13 583231 ${day} -`,
      `like 11 583231 ${seven} 1296269`,
      `like 12 583231 ${seven + 3600} 1296269`,
    ]);
    await rm(join(home, '20240601'), { recursive: true });
    // ann, bob, cid are 1, 2, 3.
    const archive = await contentOf(await made('github'));
    expect(archive.rows).toEqual([`follow 3 1 ${seven + 2} -`, `like 1 2 ${seven} 5`]);
  });

  test('Twitter with large ids', async () => {
    const dir = await mapped('twitter');
    await cp(join(dir, 'tweets.js'), join(dir, 'posts.js'));
    const { rows, messages } = await contentOf(dir, 'bigint');
    const other = '1500000000000000001';
    expect(rows).toEqual([
      `follow 22 42 ${day} -`,
      `follow 42 ${other} ${day} -`,
      `reply 42 ${other} ${seven} 1800000000000000002`,
    ]);
    expect(messages).toEqual([
      `1800000000000000002 42 ${seven} yes sure -`,
      `1800000000000000003 42 ${seven + 3600} alone -`,
    ]);
  });

  test('Twitter', async () => {
    // 1500000000000000001, 22, me
    const { rows, messages } = await contentOf(await made('twitter'));
    expect(rows).toEqual([`follow 2 3 ${day} -`, `follow 3 1 ${day} -`, `reply 3 1 ${seven} 1800000000000000002`]);
    expect(messages.sort()).toEqual([
      `1800000000000000002 3 ${seven} yes sure -`,
      `1800000000000000003 3 ${seven + 3600} alone -`,
    ]);
  });

  test('Mastodon', async () => {
    // ann@mastodon.social, bob@hachyderm.io, me@example.org
    const { rows, messages } = await contentOf(await made('mastodon'));
    expect(rows).toEqual([`follow 3 1 ${day} -`, `follow 3 2 ${day} -`, `reply 3 1 ${seven} 112529`]);
    expect(messages.sort()).toEqual([`112529 3 ${seven} yes sure -`, `112530 3 ${seven + 3600} alone -`]);
  });

  test('Bluesky', async () => {
    const { rows } = await contentOf(await made('bluesky'));
    expect(rows.slice(0, 2)).toEqual([`follow 1 2 ${seven} -`, `follow 1 3 ${seven + 3600} -`]);
    expect(rows[2]).toMatch(new RegExp(`^like 1 3 ${seven + 7200} \\d{10,19}$`));
    expect(rows).toHaveLength(3);
  });

  test('Reddit', async () => {
    const { rows, messages } = await contentOf(await made('reddit'));
    const number = (id: string) => Number.parseInt(id, 36);
    expect(rows).toEqual([`reply 2 1 ${seven} ${number('l6abc1')}`, `reply 3 2 ${seven + 60} ${number('l6abc2')}`]);
    expect(messages.sort()).toEqual(
      [
        `${number('1d4xyz')} 1 ${seven - 100} what now -`,
        `${number('l6abc1')} 2 ${seven} first yes -`,
        `${number('l6abc2')} 3 ${seven + 60} no way -`,
      ].sort(),
    );
  });
});
