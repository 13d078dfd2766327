import { count, several } from '../../../figures.ts';
import { areaUnderRoc, averagePrecision, calibration, type Judged, rocCurve } from './metrics.ts';
import { drawCalibration, drawRoc } from './pictures.ts';
import type { Evaluation, PartCounts, Training, TrainingSettings } from './train-model.ts';

/** Users with at least this `pred` are recommended, unless a run says otherwise. */
const threshold = 0.5;

/** What people should know about a model. */
export interface CardFacts {
  /** Where the messages came from. */
  source: string;
  asOf: string | undefined;
  trainedOn: Date;
  training: Training;
  settings: TrainingSettings;
}

/** A model's results on users it has not seen. */
export interface Quality {
  userAuc: number;
  userAveragePrecision: number;
  weekAuc: number;
  /** By `pred` ≥ 0.5. */
  goodFound: number;
  good: number;
  othersFound: number;
  others: number;
}

export function qualityOf({ users, weeks, preds }: Evaluation): Quality {
  const isFound = ({ probability }: Judged) => probability >= threshold;
  const good = preds.filter(({ isGood }) => isGood);
  const others = preds.filter(({ isGood }) => !isGood);
  return {
    userAuc: areaUnderRoc(users),
    userAveragePrecision: averagePrecision(users),
    weekAuc: areaUnderRoc(weeks),
    goodFound: good.filter(isFound).length,
    good: good.length,
    othersFound: others.filter(isFound).length,
    others: others.length,
  };
}

/** The model card and its pictures, by file name. */
export function describeModel(facts: CardFacts): Record<string, string> {
  const { evaluation } = facts.training;
  const quality = qualityOf(evaluation);
  const goodWeeks = evaluation.weeks.filter(({ isGood }) => isGood).length;
  const weight = (isGood: boolean) => (isGood ? 1 / goodWeeks : 1 / (evaluation.weeks.length - goodWeeks));
  return {
    'model-card.md': card(facts, quality),
    'roc.svg': drawRoc(rocCurve(evaluation.users), quality.userAuc),
    'calibration.svg': drawCalibration(calibration(evaluation.weeks, weight)),
  };
}

function card({ source, asOf, trainedOn, training, settings }: CardFacts, quality: Quality): string {
  const { architecture, fit } = settings;
  const { model, counts, rounds } = training;
  const best = rounds.findLast(({ isBest }) => isBest)?.round;
  return `# Model card: reputation

Tells how similar a user is to handpicked good users in choice of words and quality of information, from what the user writes in a week.

| | |
|---|---|
| made on | ${trainedOn.toISOString().slice(0, 10)} |
| from | ${source}${asOf ? `, messages up to ${asOf}` : ''} |
| kind | convolutional text classifier: words as ${architecture.dimension} numbers, ${architecture.filters} filters of each width ${architecture.widths.join(', ')}, largest answer of each, dropout ${fit.dropout} |
| reads | the first ${count(model.length)} words of a user-week, of a vocabulary of ${count(model.vocabulary.words.length)} |
| seed | ${fit.seed}: the same messages and seed give the same model |

## Data

Labelled users only, split by user: all weeks of an account are in one part. The vocabulary is that of the training users.

| part | users | good | good, % | user-weeks |
|---|--:|--:|--:|--:|
${partRows(counts)}

## How good it is on users it has not seen

| | |
|---|--:|
| area under the ROC curve, by user (mean probability of the user's weeks) | ${quality.userAuc.toFixed(4)} |
| average precision, by user (by chance ${share(quality.good, quality.good + quality.others).toFixed(3)}) | ${quality.userAveragePrecision.toFixed(4)} |
| area under the ROC curve, by user-week | ${quality.weekAuc.toFixed(4)} |
| good users with pred ≥ ${threshold} | ${quality.goodFound} of ${quality.good} (${percent(quality.goodFound, quality.good)}) |
| other users with pred ≥ ${threshold} | ${quality.othersFound} of ${quality.others} (${percent(quality.othersFound, quality.others)}) |

![ROC curve](roc.svg) ![Calibration](calibration.svg)

## What another threshold would mean

The same users, by the least \`pred\` of a recommended user (\`--min-reputation\`): which share of those who pass are good
(precision), which share of the good pass (recall), and which share of all users could be recommended at all. Of a network
in which fewer users are good than of these, fewer who pass are.

| least pred | precision | recall | may be recommended |
|--:|--:|--:|--:|
${thresholdRows(training.evaluation.preds)}

## How to read its numbers

- A week's probability is **for classes weighted 50:50**, as in training. It is not the share of good users among those with such weeks: where few users are good, far
  fewer than half of the weeks at 0.5 are a good user's. With the true share in it almost nobody would reach 0.5.
- \`pred\` of a user is the share of the user's weeks with a probability (rounded to 6 decimals) of at least 0.5. A user is recommended from a pred of ${threshold} on, unless a run says
  otherwise (\`--min-reputation\`).
- With ${several(quality.good, 'good user')} in the test the area under the curve is known to about ±${standardError(quality).toFixed(3)} (one standard error).
- It judges how people write, not whether they are right, and it knows only the kind of network and the time it has learnt from.

## Training

Adam, learning rate ${fit.learningRate}, batches of ${fit.batch}; the weights kept are an average over training, from the round with the lowest loss on the validation users (round ${best}).

| round | epochs | training loss | validation loss | validation AUC by user |
|--:|--:|--:|--:|--:|
${rounds.map((round) => `| ${round.round}${round.isBest ? ' ●' : ''} | ${round.epochs.toFixed(2)} | ${round.trainingLoss.toFixed(4)} | ${round.validationLoss.toFixed(4)} | ${round.validationAuc.toFixed(4)} |`).join('\n')}
`;
}

function partRows(counts: PartCounts): string {
  return Object.entries(counts)
    .map(
      ([part, { users, good, weeks }]) =>
        `| ${part} | ${count(users)} | ${count(good)} | ${share(100 * good, users).toFixed(1)} | ${count(weeks)} |`,
    )
    .join('\n');
}

const thresholds = [0.1, 0.3, threshold, 0.6, 0.7, 0.8, 0.9, 1];

function thresholdRows(preds: readonly Judged[]): string {
  const good = preds.filter(({ isGood }) => isGood).length;
  return thresholds
    .map((least) => {
      const passed = preds.filter(({ probability }) => probability >= least);
      const goodPassed = passed.filter(({ isGood }) => isGood).length;
      const precision = passed.length === 0 ? 'nobody passes' : percent(goodPassed, passed.length);
      return `| ${least} | ${precision} | ${percent(goodPassed, good)} | ${percent(passed.length, preds.length)} |`;
    })
    .join('\n');
}

/** Standard error of the area under the ROC curve: Hanley and McNeil, Radiology 143 (1982). */
function standardError({ userAuc: auc, good, others }: Quality): number {
  const twoGood = auc / (2 - auc);
  const twoOthers = (2 * auc * auc) / (1 + auc);
  const variance =
    (auc * (1 - auc) + (good - 1) * (twoGood - auc * auc) + (others - 1) * (twoOthers - auc * auc)) / (good * others);
  return Math.sqrt(variance);
}

function share(part: number, of: number): number {
  return of === 0 ? 0 : part / of;
}

function percent(part: number, of: number): string {
  return `${(100 * share(part, of)).toFixed(0)} %`;
}
