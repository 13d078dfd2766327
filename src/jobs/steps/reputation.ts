import { createHash } from 'node:crypto';
import { MessageStore } from '../../messages/message-store.ts';
import type { Report } from '../../progress.ts';
import type { ReputationList } from '../../scoring/reputation/reputation-list.ts';
import { readShares, scoreWeeks } from '../../scoring/reputation/score-weeks.ts';
import { writeReputationList } from '../../scoring/reputation/write-scores.ts';
import { engines } from '../computing/engine-by-name.ts';
import { messagesFile, type RunContext, runFolder } from '../run-context.ts';
import type { ReputationSummary } from '../run-summary.ts';

/** Makes the run's list its scores, by a model if one was named; without a list, nobody's. */
export async function reputation(context: RunContext, report: Report): Promise<void> {
  const { summary } = context;
  const made = await listOf(context, report);
  report({ doing: 'setting the scores', count: made?.list.size ?? 0, unit: 'scores' });
  const scored = await engines[context.run.engine].takeScores(context, made?.list);
  summary.reputation = made ? { ...made.summary, scored } : 'none';
  summary.scores = made && hashOf(made.list);
}

function hashOf(list: ReputationList): string {
  const hash = createHash('sha256');
  for (const [userId, pred] of list) hash.update(`${userId},${pred}\n`);
  return hash.digest('hex');
}

async function listOf(
  { scores, settings, run, signal }: RunContext,
  report: Report,
): Promise<{ list: ReputationList; summary: Omit<ReputationSummary, 'scored'> } | undefined> {
  if (!scores) return undefined;
  if (scores.kind === 'list') return { list: scores.list, summary: { list: scores.place } };
  await using store = await MessageStore.open(messagesFile(settings), signal, undefined, settings.userIds);
  report({ doing: 'finding new user-weeks' });
  const counts = await scoreWeeks(store, scores.model, run.asOf, {
    signal,
    onProgress: (count, total) => report({ doing: 'scoring', share: count / total, count, unit: 'user-weeks' }),
  });
  const list = await readShares(store, scores.model);
  const place = `${placeOf(run.input) ?? runFolder(settings, run.id)}/reputation_score.csv`;
  await writeReputationList(place, list, { s3: settings.s3, signal, texts: await store.texts() });
  return { list, summary: { list: place, model: { folder: scores.place, ...counts } } };
}

/** A day's folder on S3 gets its scores; one on disk is only read. */
function placeOf(input: string | undefined): string | undefined {
  return input && /^s3:/i.test(input) ? input.replace(/\/+$/, '') : undefined;
}
