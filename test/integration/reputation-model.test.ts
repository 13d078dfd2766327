import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BadInputError } from '../../src/errors.ts';
import type { Message } from '../../src/messages/message.ts';
import { MessageStore } from '../../src/messages/message-store.ts';
import { Random } from '../../src/random.ts';
import { Classifier } from '../../src/scoring/reputation/classifier.ts';
import { listWeights } from '../../src/scoring/reputation/model.ts';
import { readModel, writeModel } from '../../src/scoring/reputation/model-folder.ts';
import { fitDefaults, type Round } from '../../src/scoring/reputation/training/fit.ts';
import { areaUnderRoc } from '../../src/scoring/reputation/training/metrics.ts';
import { describeModel } from '../../src/scoring/reputation/training/model-card.ts';
import { splitUsers } from '../../src/scoring/reputation/training/split-users.ts';
import { tf } from '../../src/scoring/reputation/training/tensorflow.ts';
import {
  architecture,
  type Training,
  type TrainingSettings,
  trainModel,
} from '../../src/scoring/reputation/training/train-model.ts';
import { bullishModel } from '../harness/hand-made-model.ts';

const settings: TrainingSettings = {
  architecture,
  vocabularySize: 500,
  length: 100,
  fit: { ...fitDefaults, seed: 3 },
};
const common = ['the', 'market', 'today', 'http', 'up', 'down', 'my', 'of', 'to', 'and', 'it', 'is'];
const good = ['margin', 'guidance', 'dilution', 'hedge'];

/** Users who write one to six weeks of one to three messages; good ones at times use words that others hardly use. */
function toyMessages(users: number): Message[] {
  const random = new Random(9, 'toy');
  const messages: Message[] = [];
  for (let userId = 0; userId < users; userId++) {
    const isGood = userId % 5 === 0;
    for (let week = random.below(6); week >= 0; week--)
      for (let n = random.below(3); n >= 0; n--) {
        const words = Array.from({ length: 1 + random.below(12) }, () => random.pick(common));
        if (isGood ? random.chance(0.9) : random.chance(0.02)) words.push(random.pick(good), random.pick(good));
        messages.push({
          id: BigInt(messages.length),
          userId,
          at: Date.UTC(2024, 0, 1 + 7 * week) / 1000 + n,
          words: words.join(' '),
          isGood,
        });
      }
  }
  return messages;
}

let dir: string;
let store: MessageStore;
let training: Training;
const rounds: Round[] = [];
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kith-model-'));
  store = await MessageStore.open(join(dir, 'messages.duckdb'));
  const take = await store.stage();
  take(toyMessages(300));
  await store.commit();
  training = await trainModel(store, Number.MAX_SAFE_INTEGER, settings, { onRound: (round) => rounds.push(round) });
});
afterAll(async () => {
  await store?.[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

test("TensorFlow's native backend computes", () => {
  expect(tf.getBackend()).toBe('tensorflow');
  const { binding } = tf.backend() as unknown as { binding: { TF_Version: string } };
  expect(binding.TF_Version).toMatch(/^2\./);
});

describe('training', () => {
  test('on a separable set of users reaches an AUC of 0.99 on unseen users', () => {
    expect(training.counts.test.users).toBe(60);
    expect(areaUnderRoc(training.evaluation.users)).toBeGreaterThanOrEqual(0.99);
  });

  test('reports loss and AUC of every round, and keeps the round with the lowest loss', () => {
    expect(training.rounds).toEqual(rounds);
    const best = Math.min(...rounds.map(({ validationLoss }) => validationLoss));
    expect(rounds.findLast(({ isBest }) => isBest)?.validationLoss).toBe(best);
    expect(rounds.every(({ validationAuc }) => validationAuc >= 0 && validationAuc <= 1)).toBe(true);
  });

  test('with the same seed gives equal weights, and with another seed different ones', async () => {
    const quick = { ...settings, fit: { ...settings.fit, maxRounds: 2 } };
    const weightsOf = async (seed: number) => {
      const { model } = await trainModel(store, Number.MAX_SAFE_INTEGER, { ...quick, fit: { ...quick.fit, seed } });
      const hash = createHash('sha256');
      for (const [, values] of listWeights(model.weights)) hash.update(Buffer.from(values.buffer.slice(0)));
      return hash.digest('hex');
    };
    const first = await weightsOf(5);
    expect(await weightsOf(5)).toBe(first);
    expect(await weightsOf(6)).not.toBe(first);
  });

  test('takes its vocabulary from the training users only', async () => {
    const labels = new Map(Array.from({ length: 40 }, (_, userId) => [userId, userId % 2 === 0]));
    const parts = splitUsers(labels, settings.fit.seed);
    await using other = await MessageStore.open(join(dir, 'parts.duckdb'));
    const take = await other.stage();
    take(
      [...labels].map(([userId, isGood]) => ({
        id: BigInt(userId),
        userId,
        at: 0,
        words: `all ${parts.get(userId)}`,
        isGood,
      })),
    );
    await other.commit();
    const quick = { ...settings, fit: { ...settings.fit, maxRounds: 1, roundBatches: [1, 1] as const } };
    const trained = await trainModel(other, Number.MAX_SAFE_INTEGER, quick);
    expect(trained.model.vocabulary.words).toEqual(['all', 'training']);
  });

  test('can be stopped', async () => {
    const controller = new AbortController();
    const stopped = trainModel(store, Number.MAX_SAFE_INTEGER, settings, {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(stopped).rejects.toThrow('Training was stopped');
  });

  test('without enough labelled users says how many there are', async () => {
    await expect(trainModel(store, 0, settings)).rejects.toThrow('there are 0 good ones');
  });
});

describe('a probability', () => {
  const texts = () => {
    const random = new Random(1, 'texts');
    const words = [...common, ...good, 'never', 'seen'];
    return Array.from({ length: 700 }, (_, i) =>
      Array.from({ length: i < 3 ? i : random.below(i % 50 === 0 ? 140 : 30) }, () => random.pick(words)).join(' '),
    );
  };

  test('is what the same sums in plain JavaScript give', () => {
    const classifier = new Classifier(training.model);
    const { architecture, vocabulary, weights, unit, length } = training.model;
    const { dimension, filters } = architecture;
    const all = texts().slice(0, 60);
    const expected = all.map((text) => {
      const rows = [...vocabulary.encode(text, length)];
      let logit = 0;
      for (const [w, { width, kernel, bias }] of weights.filters.entries()) {
        const looks = Math.max(1, rows.length - width + 1);
        for (let f = 0; f < filters; f++) {
          let largest = 0;
          for (let at = 0; at < looks; at++) {
            let sum = bias[f] as number;
            for (let k = 0; k < width; k++)
              for (let d = 0; d < dimension; d++)
                sum +=
                  (weights.embedding[(rows[at + k] ?? 0) * dimension + d] as number) *
                  (kernel[(k * dimension + d) * filters + f] as number);
            largest = Math.max(largest, sum);
          }
          logit += largest * (weights.output[w * filters + f] as number);
        }
      }
      return Math.round(1e6 / (1 + Math.exp(-(logit * unit + (weights.outputBias[0] as number)))));
    });
    expect([...classifier.probabilities(all)]).toEqual(expected);
  });
});

describe("a model's folder", () => {
  const written = async (name: string) => {
    const folder = join(dir, name);
    const card = describeModel({
      source: 'toys',
      asOf: '2024-03-01T00:00:00Z',
      trainedOn: new Date('2024-03-02T10:00:00Z'),
      training,
      settings,
    });
    await writeModel(folder, training.model, settings.fit.seed, card);
    return folder;
  };

  test('holds weights, vocabulary, settings and a card with two pictures', async () => {
    const folder = await written('whole');
    expect((await readdir(folder)).sort()).toEqual([
      'calibration.svg',
      'model-card.md',
      'model.json',
      'roc.svg',
      expect.stringMatching(/^vocabulary-[0-9a-f]{12}\.txt$/),
      expect.stringMatching(/^weights-[0-9a-f]{12}\.bin$/),
    ]);
    const card = await readFile(join(folder, 'model-card.md'), 'utf8');
    expect(card).toContain('classes weighted 50:50');
    expect(card).toContain('| made on | 2024-03-02 |');
    expect(card).toContain(`| test | 60 | 12 | 20.0 | ${training.counts.test.weeks} |`);
    const { preds } = training.evaluation;
    const passed = preds.filter(({ probability }) => probability >= 0.5);
    const percent = (part: number, of: number) => `${((100 * part) / of).toFixed(0)} %`;
    const good = passed.filter(({ isGood }) => isGood).length;
    expect(card).toContain(
      `| 0.5 | ${percent(good, passed.length)} | ${percent(good, 12)} | ${percent(passed.length, 60)} |`,
    );
    for (const picture of ['roc.svg', 'calibration.svg']) {
      expect(card).toContain(`(${picture})`);
      expect(await readFile(join(folder, picture), 'utf8')).toMatch(
        /^<svg [\s\S]*<path d="M[\d. LM]+"[\s\S]*<\/svg>\n$/,
      );
    }
  });

  test('gives the same scores when it is read again, and can be replaced', async () => {
    const folder = await written('again');
    const { id } = await readModel(await written('again'));
    const { model, id: sameId } = await readModel(folder);
    expect(sameId).toBe(id);
    const before = new Classifier(training.model);
    const after = new Classifier(model);
    const texts = ['margin guidance', 'up up up', '', 'hedge my market today and it is down'];
    expect([...after.probabilities(texts)]).toEqual([...before.probabilities(texts)]);
    await writeModel(folder, bullishModel(), 1, {});
    expect((await readModel(folder)).model).toEqual(bullishModel());
    expect((await readdir(folder)).filter((name) => name.startsWith('weights'))).toHaveLength(1);
  });

  test('of other things is not overwritten', async () => {
    const foreign = await mkdtemp(join(dir, 'foreign-'));
    await writeFile(join(foreign, 'model.json'), '{"format": "layers-model"}');
    await expect(writeModel(foreign, training.model, 1, {})).rejects.toThrow(
      'contains model.json, which is not part of a Kith model',
    );
    const kept = await written('with a note');
    await writeFile(join(kept, 'notes.txt'), 'mine');
    await expect(writeModel(kept, training.model, 1, {})).rejects.toThrow(
      'contains notes.txt, which is not part of a Kith model',
    );
    expect(await readFile(join(kept, 'notes.txt'), 'utf8')).toBe('mine');
    const file = join(dir, 'file');
    await writeFile(file, '');
    await expect(writeModel(file, training.model, 1, {})).rejects.toThrow(BadInputError);
  });

  test('that was interrupted is written again', async () => {
    const folder = await written('broken off');
    const old = await readModel(folder);
    // What a kill leaves just before the new model takes the place of the old one.
    await writeFile(join(folder, 'weights-000000000000.bin'), 'half');
    await writeFile(join(folder, '.kith-1.part'), '{');
    expect((await readModel(folder)).id).toBe(old.id);
    await written('broken off');
    expect((await readdir(folder)).filter((name) => /^weights|part$/.test(name))).toHaveLength(1);
  });

  const change = (from: string | RegExp, to: string) => async (folder: string) => {
    const text = await readFile(join(folder, 'model.json'), 'utf8');
    expect(text).toMatch(from);
    await writeFile(join(folder, 'model.json'), text.replace(from, to));
  };
  const partOf = async (folder: string, start: string) =>
    join(folder, (await readdir(folder)).find((name) => name.startsWith(start)) as string);

  test.each<[string, (folder: string) => Promise<void>, string | RegExp]>([
    ['without weights', async (folder) => rm(await partOf(folder, 'weights')), /holds no weights-\w+\.bin of a model/],
    [
      'with a changed weight',
      async (folder) => {
        const file = await partOf(folder, 'weights');
        const bytes = await readFile(file);
        bytes.writeUInt8(bytes.readUInt8(1000) ^ 1, 1000);
        await writeFile(file, bytes);
      },
      /is damaged: weights-\w+\.bin is not as it was written/,
    ],
    [
      'with weights cut off',
      async (folder) => {
        const file = await partOf(folder, 'weights');
        await writeFile(file, (await readFile(file)).subarray(0, -4));
      },
      /is damaged: weights/,
    ],
    [
      'with another vocabulary',
      async (folder) => writeFile(await partOf(folder, 'vocabulary'), 'up\n'),
      /is damaged: vocabulary/,
    ],
    ['with half a description', (folder) => writeFile(join(folder, 'model.json'), '{'), 'model.json is not JSON'],
    ['with another length', change('"length": 100', '"length": 10'), 'model.json is not as it was written'],
    ['with another unit', change(/"unit": [^,]+/, '"unit": 0.001'), 'model.json is not as it was written'],
    ['with a length of nothing', change('"length": 100', '"length": 0'), 'is damaged: length is wrong in model.json'],
    ['of another version', change('"version": 1', '"version": 2'), 'was made for another version of Kith'],
    ['whose texts were cleaned otherwise', change('"cleaning": 1', '"cleaning": 9'), 'another version of Kith'],
    ['of something else', change('kith-reputation-model', 'layers-model'), 'has no Kith model'],
    ['that is not there', (folder) => rm(folder, { recursive: true }), 'holds no model.json of a model'],
  ])('%s is refused in a sentence', async (name, harm, sentence) => {
    const folder = await written(`harmed ${name}`);
    await harm(folder);
    const refused = readModel(folder);
    await expect(refused).rejects.toThrow(BadInputError);
    await expect(refused).rejects.toThrow(sentence);
  });
});
