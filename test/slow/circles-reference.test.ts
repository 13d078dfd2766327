import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { projectRoot } from '../../src/config/project.ts';
import { TestNetwork } from '../harness/network.ts';

const shared = join(projectRoot, '..', 'shared');
const reference = join(shared, 'design', 'reference', 'circles.sql');
const types = ['follow', 'reply', 'mention', 'like'] as const;

/** Of lines of text: their number, and the sum of what md5 makes of each. */
const digest = {
  duckdb: (lines: string) =>
    `SELECT count(*)::TEXT AS rows, sum(('0x' || md5(line)[1:12])::BIGINT)::TEXT AS sum FROM (${lines}) AS lines`,
  postgres: (lines: string) =>
    `SELECT count(*)::text AS rows, sum(('x' || left(md5(line), 12))::bit(48)::bigint)::text AS sum FROM (${lines}) AS lines`,
};

interface Digest {
  rows: string;
  sum: string;
}

/** What the reference, which is another program in another engine, makes of a day's folder. */
async function byReference(folder: string, asOf: number, window: number): Promise<Digest[]> {
  const db = await (await DuckDBInstance.create(':memory:')).connect();
  try {
    await db.run("SET memory_limit = '6GB'; SET preserve_insertion_order = false");
    await db.run('CREATE TABLE row (type TEXT, u BIGINT, v BIGINT, message TEXT, second BIGINT)');
    for (const type of types) {
      const file = [`${type}.csv`, `${type}.csv.gz`].map((name) => join(folder, name)).find(existsSync);
      if (!file) continue;
      const [message, time] = type === 'follow' ? ["''", 'column2'] : ['column2', 'column3'];
      await db.run(
        `INSERT INTO row SELECT '${type}', column0::BIGINT, column1::BIGINT, ${message}, epoch(${time}::TIMESTAMP)::BIGINT
        FROM read_csv('${file}', header = false, all_varchar = true)`,
      );
    }
    await db.run(`
      CREATE TABLE once AS SELECT DISTINCT * FROM row WHERE second <= ${asOf};
      CREATE TABLE act AS SELECT u, v, ${asOf} - second AS age, 1000 AS base FROM once;
      CREATE TABLE followed AS SELECT DISTINCT u, v AS w FROM once WHERE type = 'follow';
      CREATE MACRO win() AS ${window}::BIGINT;`);
    // An alias that this version of DuckDB takes only with AS.
    const sql = readFileSync(reference, 'utf8').replace(/(?<=circle' |ORDER BY source\) )source/g, 'AS source');
    await db.run(sql);
    const sources = ['circle', 'popular', 'engages-with-you'].map((name) => `'${name}'`).join(', ');
    // The reference joins sources by the alphabet.
    const source = `array_to_string(list_filter([${sources}], one -> contains(source, one)), ' + ')`;
    const ask = async (text: string) => (await db.runAndReadAll(text)).getRowObjects()[0] as unknown as Digest;
    return [
      await ask(digest.duckdb("SELECT concat_ws(',', u, w, score, k) AS line FROM recs")),
      await ask(digest.duckdb(`SELECT concat_ws(',', u, w, via, weight, ${source}) AS line FROM reasons`)),
    ];
  } finally {
    db.closeSync();
  }
}

// As in real-data.test.ts.
const networks = [
  { name: 'collegemsg', folder: 'collegemsg/graph_data/20041027', asOf: '2004-10-27T00:00:00Z', days: 200 },
  { name: 'bitcoinotc', folder: 'bitcoinotc/graph_data/20160126', asOf: '2016-01-26T00:00:00Z', days: 2000 },
  { name: 'higgs', folder: 'higgs/graph_data/20120708', asOf: '2012-07-08T00:00:00Z', days: 90 },
].map((network) => ({ ...network, folder: join(shared, 'data', network.folder) }));

for (const { name, folder, asOf, days } of networks)
  (existsSync(folder) && existsSync(reference) ? test : test.skip)(
    `circles on ${name} are those of the reference, row by row`,
    async () => {
      const second = Date.parse(asOf) / 1000;
      const expected = await byReference(folder, second, days * 86_400);
      await using network = await TestNetwork.open({ KITH_RANKING: 'circles', KITH_WINDOW_DAYS: String(days) });
      await network.run({ input: folder, asOf, allow: 'stale' });
      const ask = async (text: string) => (await network.pool.query<Digest>(text)).rows[0];
      const units = (column: string) => `(${column} * 10000000)::bigint`;
      expect([
        await ask(
          digest.postgres(
            `SELECT concat_ws(',', user_id, rec_id, ${units('score')}, rank) AS line FROM graph_recs.recommendations`,
          ),
        ),
        await ask(
          digest.postgres(
            `SELECT concat_ws(',', user_id, rec_id, reason_id, ${units('weight')}, source) AS line FROM graph_recs.rec_reasons`,
          ),
        ),
      ]).toEqual(expected);
    },
  );
