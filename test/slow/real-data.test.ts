import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../src/config/project.ts';
import { TestNetwork } from '../harness/network.ts';
import { expectedTables } from '../oracle/oracle.ts';
import { networkOfFolder } from '../oracle/read-folder.ts';

const data = join(projectRoot, '..', 'shared', 'data');
const day = 86_400;

// The data's licences don't let it into the repository: where it does not lie beside the checkout, these are skipped.
const describeWith = (folder: string) => (existsSync(folder) ? describe : describe.skip);
let network: TestNetwork;
afterEach(async () => {
  await network[Symbol.asyncDispose]();
});

const stocknet = join(data, 'stocknet', 'graph_data', '20160401');
describeWith(stocknet)('two years of tweets about stocks', () => {
  test('give exactly the tables of the definition, and message ids beyond 2^53 stay apart', async () => {
    network = await TestNetwork.open();
    const settings = network.settings;
    const weighting = { ...settings.weighting, windowSeconds: 365 * day };
    const { run, summary } = await network.run({ input: stocknet, settings: { weighting } });
    expect(summary.graph?.activities).toBe(40_038);
    expect(summary.rows).toEqual({ closest: 15_592, recommendations: 30_428, reasons: 30_594 });
    const { dropped, ...expected } = expectedTables(networkOfFolder(stocknet), {
      ...weighting,
      asOf: run.asOf,
      reputation: undefined,
    });
    // toEqual of a hundred thousand lines that differ would be a long text: the first that differs tells enough.
    const tables = await network.tables();
    for (const table of ['closest', 'recommendations', 'reasons'] as const) {
      expect(tables[table]).toHaveLength(expected[table].length);
      expect(tables[table].findIndex((line, i) => line !== expected[table][i])).toBe(-1);
    }
    expect(summary.dropped).toEqual(dropped);
  });
});

// Last, because emptying a graph of this size takes longer than a run on the small one.
const higgs = join(data, 'higgs', 'graph_data', '20120708');
describeWith(higgs)('Twitter during the announcement of the Higgs boson', () => {
  test('gives as many rows as the same definition in the SQL of another database', async () => {
    network = await TestNetwork.open();
    const { summary } = await network.run({ input: higgs, asOf: '2012-07-08T00:00:00Z' });
    expect(summary.loader).toBe('bulk');
    expect(summary.graph?.activities).toBe(910_518);
    expect(summary.files?.map(({ rejected }) => rejected)).toEqual([0, 0, 0, 0, 0]);
    expect(summary.rows).toEqual({ closest: 641_405, recommendations: 1_605_051, reasons: 1_953_736 });
  });
});
