import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { readSettings, type Settings } from '../../config/settings.ts';
import { BadInputError } from '../../errors.ts';
import { count, secondsSince, several } from '../../figures.ts';
import { isoSeconds } from '../../ingest/instant.ts';
import { type ReadProgress, reading } from '../../ingest/read-folder.ts';
import { reputationFolder } from '../../jobs/run-context.ts';
import { asOfOf } from '../../jobs/run-options.ts';
import { withFolderStore } from '../../messages/folder-store.ts';
import type { MessageStore } from '../../messages/message-store.ts';
import { print } from '../../output.ts';
import { ProgressWords, type Report } from '../../progress.ts';
import { readModel, refuseForeign, writeModel } from '../../scoring/reputation/model-folder.ts';
import { readShares, scoreWeeks } from '../../scoring/reputation/score-weeks.ts';
import { writeReputationList, writeWeekScores } from '../../scoring/reputation/write-scores.ts';
import type { Folder } from '../../storage/folder.ts';
import { openFolder } from '../../storage/open-folder.ts';
import { refuseUnwritable } from '../../storage/write-whole.ts';
import { interruptible } from '../interruptible.ts';
import { ProgressLine } from '../lines.ts';

interface TrainOptions {
  input: string;
  model: string;
  asOf?: string;
  seed: string;
}

interface ScoreOptions {
  input: string;
  model?: string;
  out: string;
  weeks?: string;
  asOf?: string;
}

const trainExamples = `
Learns from users whose messages label them good (recommended 1, or a classification that contains "suggested") or not
good; users without a label are left out. The model's folder gets the weights, the vocabulary, the settings, and a model
card that says how well the model does on users it has not seen. The same messages, seed and settings give the same
model.

Examples:
  $ kith reputation train --input graph_data/20240601 --model models/2024
  $ kith run --input graph_data/20240601 --model models/2024
`;

const scoreExamples = `
Writes user_id,pred for every user with messages. pred is the share of the user's weeks (ISO 8601, UTC) that the model
considers good, in [0, 1]. Files are written completely or not at all.

Examples:
  $ kith reputation score --input graph_data/20240601 --model models/2024 --out reputation_score.csv
  $ kith reputation score --input graph_data/20240601 --model models/2024 --out scores.csv --weeks weeks.csv
  $ kith run --input graph_data/20240601 --reputation scores.csv
`;

/** Adds `kith reputation train` and `score`. */
export function addReputationCommands(program: Command): void {
  const reputation = program
    .command('reputation')
    .description('score users by what they write: train, score')
    .addHelpText('after', `\nExamples:${trainExamples.split('Examples:')[1]}${scoreExamples.split('Examples:')[1]}`);
  reputation
    .command('train')
    .description("train a model on a folder's labelled users, and evaluate it on users it has not seen")
    .requiredOption('--input <dir>', 'a folder with messages.jsonl[.gz]; a path or s3://…')
    .requiredOption('--model <dir>', 'the folder to write; new, or a model to replace')
    .option('--as-of <iso>', 'only messages up to then (default: the date in the folder name, or else all)')
    .option('--seed <n>', 'seed for the split of the users and the initial weights', '1')
    .addHelpText('after', trainExamples)
    .action((options: TrainOptions) => interruptible((signal) => train(readSettings(), options, signal)));
  reputation
    .command('score')
    .description('score all users in a folder with a model')
    .requiredOption('--input <dir>', 'a folder with messages.jsonl[.gz]; a path or s3://…')
    .option('--model <dir>', "the model's folder (KITH_MODEL)")
    .requiredOption('--out <csv>', 'the file to write, user_id,pred; a path or s3://…')
    .option('--weeks <csv>', 'also write user_id,week,probability to this file')
    .option('--as-of <iso>', 'only messages up to then (default: the date in the folder name, or else all)')
    .addHelpText('after', scoreExamples)
    .action((options: ScoreOptions) => interruptible((signal) => score(readSettings(), options, signal)));
}

async function train(settings: Settings, options: TrainOptions, signal: AbortSignal): Promise<void> {
  if (!/^\d{1,15}$/.test(options.seed)) throw new BadInputError('--seed should be a whole number, 0 or more.');
  await refuseForeign(options.model);
  const folder = await openFolder(options.input, settings.s3);
  const asOf = asOfOf(options.asOf, folder.name);
  const { architecture, trainModel } = await import('../../scoring/reputation/training/train-model.ts');
  const { fitDefaults } = await import('../../scoring/reputation/training/fit.ts');
  const { describeModel, qualityOf } = await import('../../scoring/reputation/training/model-card.ts');
  const { vocabularySize, textLength } = settings.reputation;
  const training = {
    architecture,
    vocabularySize,
    length: textLength,
    fit: { ...fitDefaults, seed: Number(options.seed) },
  };
  const line = new ProgressLine();
  await withMessages(settings, folder, asOf, line, signal, async (store) => {
    const started = performance.now();
    line.show('splitting the users, counting words');
    const trained = await trainModel(store, asOf ?? endOfTime, training, {
      signal,
      onCounts: (counts, words) => {
        for (const [part, { users, good, weeks }] of Object.entries(counts))
          line.say(
            `${part.padEnd(10)} ${several(users, 'user')}, ${count(good)} of them good, ${several(weeks, 'user-week')}`,
          );
        line.say(`vocabulary ${several(words, 'word')}`);
      },
      onProgress: (batches, epochs) => line.show(`batch ${count(batches)}, epoch ${epochs.toFixed(2)}`),
      onRound: ({ round, epochs, trainingLoss, validationLoss, validationAuc, isBest }) =>
        line.say(
          `round ${round}, epoch ${epochs.toFixed(2)}: loss ${trainingLoss.toFixed(4)}, validation loss ${validationLoss.toFixed(4)}, ` +
            `validation AUC ${validationAuc.toFixed(4)}${isBest ? ', best so far' : ''}, ${secondsSince(started)}`,
        ),
    });
    const card = describeModel({
      source: options.input,
      asOf: asOf === undefined ? undefined : isoSeconds(asOf),
      trainedOn: new Date(),
      training: trained,
      settings: training,
    });
    await writeModel(options.model, trained.model, training.fit.seed, card);
    const quality = qualityOf(trained.evaluation);
    print(
      `Model written to ${options.model} in ${secondsSince(started)}. On ${several(quality.good + quality.others, 'user')} it has not seen:`,
      `  AUC by user         ${quality.userAuc.toFixed(4)}`,
      `  average precision   ${quality.userAveragePrecision.toFixed(4)}`,
      `  pred >= 0.5         ${count(quality.goodFound)} of ${several(quality.good, 'good user')}, ${count(quality.othersFound)} of ${several(quality.others, 'other')}`,
      `Details: ${join(options.model, 'model-card.md')}. To use the model: kith run --model ${options.model}`,
    );
  });
}

async function score(settings: Settings, options: ScoreOptions, signal: AbortSignal): Promise<void> {
  const place = options.model ?? settings.reputation.model;
  if (place === undefined) throw new BadInputError("Give a model's folder: --model DIR, or KITH_MODEL.");
  const model = await readModel(place);
  await refuseOutputs(settings, options);
  const folder = await openFolder(options.input, settings.s3);
  const asOf = asOfOf(options.asOf, folder.name);
  const line = new ProgressLine();
  await withMessages(settings, folder, asOf, line, signal, async (store) => {
    const started = performance.now();
    const words = new ProgressWords();
    const show: Report = (progress) => line.show(words.of(progress));
    const { weeks } = await scoreWeeks(store, model, asOf ?? endOfTime, {
      signal,
      onProgress: (done, total) => show({ doing: 'scoring', share: done / total, count: done, unit: 'user-weeks' }),
    });
    line.clear();
    const list = await readShares(store, model);
    const written = { s3: settings.s3, signal, texts: await store.texts() };
    if (options.weeks !== undefined) await writeWeekScores(options.weeks, store.weekScores(model.id), written);
    await writeReputationList(options.out, list, written);
    print(
      `${several(list.size, 'user')} scored by ${several(weeks, 'user-week')} in ${secondsSince(started)}: ${options.out}`,
    );
  });
}

/** Refuses outputs that can't be written before any work is done. */
async function refuseOutputs(settings: Settings, { out, weeks }: ScoreOptions): Promise<void> {
  if (weeks !== undefined && resolve(weeks) === resolve(out))
    throw new BadInputError(`--out and --weeks are the same file, ${out}: give two.`);
  for (const location of [out, weeks]) if (location !== undefined) await refuseUnwritable(location, settings.s3);
}

/** Reads the folder's messages, prints how many lines were parsed and rejected, and does `work` with the messages. */
async function withMessages(
  settings: Settings,
  folder: Folder,
  asOf: number | undefined,
  line: ProgressLine,
  signal: AbortSignal,
  work: (store: MessageStore) => Promise<void>,
): Promise<void> {
  const words = new ProgressWords();
  const options = {
    dir: reputationFolder(settings),
    limits: settings,
    signal,
    onProgress: (progress: ReadProgress) => line.show(words.of(reading(progress))),
  };
  await withFolderStore(folder, options, async (store, counts, rejects) => {
    for (const { form, lines, parsed, rejected } of counts)
      line.say(
        `messages   ${several(lines, 'line')}, ${count(parsed)} parsed, ${count(rejected)} rejected` +
          (rejected > 0 ? `: ${rejects}` : '') +
          (form === undefined ? '' : ` (${form})`),
      );
    const { messages, upToAsOf } = await store.count(asOf ?? endOfTime);
    if (upToAsOf === 0)
      throw new BadInputError(
        messages === 0
          ? `The message file in ${folder.location} is empty: there is nothing to read.`
          : `Every message in ${folder.location} is later than ${isoSeconds(asOf ?? endOfTime)}: give a later --as-of.`,
      );
    await work(store);
  });
}

/** An as-of later than any message. */
const endOfTime = Number.MAX_SAFE_INTEGER;
