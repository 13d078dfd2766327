import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../src/config/project.ts';
import { withFolderStore } from '../../src/messages/folder-store.ts';
import { parseMessage } from '../../src/messages/parse-message.ts';
import { fitDefaults } from '../../src/scoring/reputation/training/fit.ts';
import { areaUnderRoc } from '../../src/scoring/reputation/training/metrics.ts';
import { architecture, trainModel } from '../../src/scoring/reputation/training/train-model.ts';
import { openFolder } from '../../src/storage/open-folder.ts';
import { inputLimits } from '../harness/input-limits.ts';

const data = join(projectRoot, '..', 'shared', 'data');
const describeWith = (folder: string) => (existsSync(folder) ? describe : describe.skip);
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'kith-real-messages-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const api = join(data, 'stocktwits_api');
describeWith(api)("messages as StockTwits' API gives them", () => {
  test('are read without a reject, users and labels included', async () => {
    await withFolderStore(
      await openFolder(api),
      { dir, limits: { ...inputLimits, maxRejectedPercent: 0 } },
      async (store, [count]) => {
        expect(count).toMatchObject({ lines: 828, parsed: 828, rejected: 0 });
        expect(await store.count(0)).toEqual({ messages: 828, upToAsOf: 0 });
        const labels = new Map<number | bigint, boolean>();
        for await (const { userId, isGood } of store.labelledWeeks(Number.MAX_SAFE_INTEGER)) labels.set(userId, isGood);
        expect(labels.size).toBe(504);
        expect([...labels.values()].filter(Boolean)).toHaveLength(12);
      },
    );
  });

  test('of 2019 are of the same form', () => {
    const { messages } = JSON.parse(readFileSync(join(api, 'symbol_stream_2019.json'), 'utf8')) as {
      messages: object[];
    };
    for (const message of messages) expect(parseMessage(JSON.stringify(message))).toMatchObject({ isGood: false });
  });
});

const stocknet = join(data, 'stocknet', 'graph_data', '20160401');
describeWith(stocknet)('two years of tweets about stocks', () => {
  test('tell verified accounts from others nearly as well after few rounds as TF-IDF and logistic regression do', async () => {
    await withFolderStore(
      await openFolder(stocknet),
      { dir, limits: { ...inputLimits, maxRejectedPercent: 0 } },
      async (store) => {
        // bench/reputation.ts has what a whole training reaches.
        const fit = { ...fitDefaults, seed: 0, maxRounds: 2 };
        const settings = { architecture, vocabularySize: 18_900, length: 1500, fit };
        const { counts, evaluation } = await trainModel(store, Number.MAX_SAFE_INTEGER, settings);
        expect(counts.training.good + counts.validation.good + counts.test.good).toBe(742);
        expect(areaUnderRoc(evaluation.users)).toBeGreaterThan(0.83);
      },
    );
  });
});
