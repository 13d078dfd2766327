// The text classifier beside TF-IDF and logistic regression (bench/reputation-baseline.py) on the same users and
// splits: `npx tsx bench/reputation.ts DIR [SEEDS]`, where DIR holds messages.jsonl with labels. Writes
// bench/results/reputation.json.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readSettings } from '../src/config/settings.ts';
import { withFolderStore } from '../src/messages/folder-store.ts';
import type { LabelledWeek, MessageStore } from '../src/messages/message-store.ts';
import { Classifier } from '../src/scoring/reputation/classifier.ts';
import type { Model } from '../src/scoring/reputation/model.ts';
import { fitDefaults } from '../src/scoring/reputation/training/fit.ts';
import { qualityOf } from '../src/scoring/reputation/training/model-card.ts';
import { splitUsers } from '../src/scoring/reputation/training/split-users.ts';
import { architecture, trainModel } from '../src/scoring/reputation/training/train-model.ts';
import { openFolder } from '../src/storage/open-folder.ts';
import { pythonWith } from './python.ts';

const here = dirname(fileURLToPath(import.meta.url));
const run = promisify(execFile);

interface Scores {
  auc: number;
  averagePrecision: number;
  weekAuc: number;
  seconds: number;
}

async function baseline(program: string, weeks: readonly LabelledWeek[], seed: number): Promise<Scores> {
  const started = performance.now();
  const parts = splitUsers(new Map(weeks.map(({ userId, isGood }) => [userId, isGood])), seed);
  const dir = mkdtempSync(join(tmpdir(), 'kith-bench-'));
  try {
    const lines = weeks.map(({ userId, isGood, text }) =>
      JSON.stringify({ user: userId, part: parts.get(userId), good: isGood, text }),
    );
    writeFileSync(join(dir, 'weeks.jsonl'), `${lines.join('\n')}\n`);
    const { stdout } = await run(program, [join(here, 'reputation-baseline.py'), join(dir, 'weeks.jsonl')]);
    return { ...JSON.parse(stdout), seconds: (performance.now() - started) / 1000 };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

async function kith(store: MessageStore, seed: number): Promise<{ scores: Scores; model: Model }> {
  const started = performance.now();
  const settings = { architecture, vocabularySize: 18_900, length: 1500, fit: { ...fitDefaults, seed } };
  const { model, evaluation } = await trainModel(store, Number.MAX_SAFE_INTEGER, settings);
  const seconds = (performance.now() - started) / 1000;
  const { userAuc, userAveragePrecision, weekAuc } = qualityOf(evaluation);
  return { scores: { auc: userAuc, averagePrecision: userAveragePrecision, weekAuc, seconds }, model };
}

/**
 * User-weeks a second, of a mean of 30 tokens: the folder's own weeks, each with those after it until it is long
 * enough.
 */
function scoringSpeed(model: Model, weeks: readonly LabelledWeek[]): { tokens: number; weeksPerSecond: number } {
  const texts: string[] = [];
  let words = 0;
  for (let i = 0; i < weeks.length && texts.length < 30_000; i++) {
    let text = weeks[i]?.text ?? '';
    if (i % 2 === 1)
      for (let k = 1; k <= 2 && text.split(' ').length < 60; k++) text += ` ${weeks[(i + k) % weeks.length]?.text}`;
    texts.push(text);
    words += text.split(' ').length;
  }
  const classifier = new Classifier(model);
  classifier.probabilities(texts.slice(0, 2000));
  const started = performance.now();
  classifier.probabilities(texts);
  return { tokens: words / texts.length, weeksPerSecond: texts.length / ((performance.now() - started) / 1000) };
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const [input, seeds = '5'] = process.argv.slice(2);
if (input === undefined) throw new Error('usage: npx tsx bench/reputation.ts DIR [SEEDS]');
const program = await pythonWith('scikit-learn==1.9.1');
const folder = await openFolder(input);
const dir = mkdtempSync(join(tmpdir(), 'kith-bench-'));
try {
  await withFolderStore(folder, { dir, limits: readSettings({}) }, async (store) => {
    const weeks: LabelledWeek[] = [];
    for await (const week of store.labelledWeeks(Number.MAX_SAFE_INTEGER)) weeks.push(week);
    const splits: { seed: number; kith: Scores; baseline: Scores }[] = [];
    let speed: ReturnType<typeof scoringSpeed> | undefined;
    for (let seed = 0; seed < Number(seeds); seed++) {
      const yardstick = await baseline(program, weeks, seed);
      const { scores, model } = await kith(store, seed);
      speed ??= scoringSpeed(model, weeks);
      splits.push({ seed, kith: scores, baseline: yardstick });
      console.log(
        `seed ${seed}: AUC by user ${scores.auc.toFixed(4)} (baseline ${yardstick.auc.toFixed(4)}), ` +
          `average precision ${scores.averagePrecision.toFixed(4)} (${yardstick.averagePrecision.toFixed(4)}), trained in ${scores.seconds.toFixed(0)} s`,
      );
    }
    const means = (of: 'kith' | 'baseline') => ({
      auc: mean(splits.map((split) => split[of].auc)),
      averagePrecision: mean(splits.map((split) => split[of].averagePrecision)),
      weekAuc: mean(splits.map((split) => split[of].weekAuc)),
      seconds: mean(splits.map((split) => split[of].seconds)),
    });
    const result = {
      data: basename(folder.location),
      machine: `${cpus().length} cores, ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`,
      userWeeks: weeks.length,
      mean: { kith: means('kith'), baseline: means('baseline') },
      scoring: speed,
      splits,
    };
    mkdirSync(join(here, 'results'), { recursive: true });
    writeFileSync(join(here, 'results', 'reputation.json'), `${JSON.stringify(result, undefined, 2)}\n`);
    console.log(result.mean, result.scoring);
  });
} finally {
  rmSync(dir, { recursive: true, force: true });
}
