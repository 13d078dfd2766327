import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../src/config/project.ts';
import { InterruptedError } from '../../src/errors.ts';
import { MessageStore } from '../../src/messages/message-store.ts';
import { Random } from '../../src/random.ts';
import { Classifier } from '../../src/scoring/reputation/classifier.ts';
import { type Model, mapWeights, shapes } from '../../src/scoring/reputation/model.ts';
import { scoreWeeks } from '../../src/scoring/reputation/score-weeks.ts';
import { exactWeights } from '../../src/scoring/reputation/training/exact-weights.ts';
import { Vocabulary } from '../../src/scoring/reputation/vocabulary.ts';

const vocabulary = new Vocabulary(['up', 'down', 'the', 'market', 'hedge']);
const users = 100;

/** A model of random weights: its scores differ from text to text. */
function randomModel(): Model {
  const architecture = { dimension: 4, widths: [1, 2, 3], filters: 5 };
  const random = new Random(7, 'weights');
  const weights = mapWeights(shapes(architecture, vocabulary.words.length), (shape) =>
    Float32Array.from({ length: shape.reduce((product, each) => product * each, 1) }, () => 2 * random.fraction() - 1),
  );
  return { architecture, vocabulary, length: 50, ...exactWeights(weights, architecture.dimension) };
}

let dir: string;
let stores = 0;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kith-threads-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** Every user wrote in one week, some of them nothing that has words. */
async function newStore(): Promise<MessageStore> {
  const store = await MessageStore.open(join(dir, `${stores++}.duckdb`));
  const take = await store.stage();
  const random = new Random(3, 'texts');
  const words = [...vocabulary.words, 'never', 'seen'];
  take(
    Array.from({ length: users }, (_, userId) => ({
      id: BigInt(userId),
      userId,
      at: userId,
      words: Array.from({ length: random.below(20) }, () => random.pick(words)).join(' '),
      isGood: undefined,
    })),
  );
  await store.commit();
  return store;
}

async function scoresOf(store: MessageStore, id: string): Promise<number[]> {
  const scores: number[] = [];
  for await (const { probability } of store.weekScores(id)) scores.push(probability);
  return scores;
}

test('scores are the same by any number of threads, and however many weeks one of them gets at a time', async () => {
  const model = randomModel();
  await using store = await newStore();
  await store.findUnscored('none', users);
  const texts: string[] = [];
  for await (const { text } of store.unscoredWeeks(users)) texts.push(text);
  const expected = [...new Classifier(model).probabilities(texts)];
  expect(new Set(expected).size).toBeGreaterThan(50);
  for (const [threads, weeksAtOnce] of [
    [1, 8192],
    [1, 9],
    [3, 9],
    [4, 1],
  ] as const) {
    const id = `${threads} ${weeksAtOnce}`;
    expect(await scoreWeeks(store, { model, id }, users, { threads, weeksAtOnce })).toEqual({
      weeks: users,
      scored: users,
    });
    expect(await scoresOf(store, id)).toEqual(expected);
  }
});

test('a run that is stopped keeps the scores so far, and the next one goes on from there', async () => {
  const model = { model: randomModel(), id: 'stopped' };
  await using store = await newStore();
  const stop = new AbortController();
  let kept = 0;
  const stopped = scoreWeeks(store, model, users, {
    signal: stop.signal,
    threads: 2,
    weeksAtOnce: 10,
    onProgress: (scored) => {
      kept = scored;
      if (scored >= 30) stop.abort();
    },
  });
  await expect(stopped).rejects.toThrow(InterruptedError);
  expect(kept).toBeGreaterThanOrEqual(30);
  expect(kept).toBeLessThan(users);
  expect(await scoreWeeks(store, model, users)).toEqual({ weeks: users, scored: users - kept });
  expect(await scoresOf(store, 'stopped')).toEqual(await scoresOfAll(model.model));
});

async function scoresOfAll(model: Model): Promise<number[]> {
  await using store = await newStore();
  await scoreWeeks(store, { model, id: 'all' }, users, { threads: 1 });
  // Awaited here: without it the store would be closed before it is read.
  return await scoresOf(store, 'all');
}

test('a thread that fails ends the run with its error', async () => {
  await using store = await newStore();
  const model = randomModel();
  const broken = { ...model, architecture: { ...model.architecture, filters: -4 } };
  const failed = scoreWeeks(store, { model: broken, id: 'broken' }, users, { threads: 2, weeksAtOnce: 10 });
  await expect(failed).rejects.toThrow('Invalid typed array length');
  expect(await scoresOf(store, 'broken')).toEqual([]);
});

/** A process that scores by threads, of which one can't come to an end by itself; it ends when no thread is left. */
const script = `
  const { setTimeout } = await import('node:timers/promises');
  const { ScoringThreads } = await import('./src/scoring/reputation/scoring-threads.ts');
  const { bullishModel } = await import('./test/harness/hand-made-model.ts');
  const ending = process.env.ENDING;
  const model = bullishModel();
  if (ending === 'stopped') model.architecture.dimension = Infinity;
  if (ending === 'failed') model.architecture.filters = -4;
  const stop = new AbortController();
  const threads = new ScoringThreads(model, 2, stop.signal);
  try {
    const scoring = threads.probabilities(['bullish', 'the']);
    scoring.catch(() => undefined);
    // Only a thread that is computing uses the processor meanwhile.
    const isComputing = () => process.cpuUsage().user > 3_000_000;
    if (ending === 'stopped') {
      while (!isComputing()) await setTimeout(50);
      stop.abort();
    }
    console.log([...(await scoring)].join());
  } catch (error) {
    console.log(error.name);
  } finally {
    await threads[Symbol.asyncDispose]();
  }`;

test.each([
  ['done', '993307,6693'],
  ['stopped', 'InterruptedError'],
  ['failed', 'RangeError'],
])('once scoring is %s, no thread is left that would keep the process from ending', (ending, said) => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', script],
    { cwd: projectRoot, encoding: 'utf8', env: { ...process.env, ENDING: ending }, timeout: 600_000 },
  );
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: `${said}\n`, stderr: '' });
});
