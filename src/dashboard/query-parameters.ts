import type { RunFacts } from '../jobs/run.ts';

/** For whom, and as of which run, a saved query is filled in. */
export interface FilledBy {
  /** Numbers as the graph has them. */
  userId?: string;
  recId?: string;
  run?: Pick<RunFacts, 'asOf' | 'settings'>;
}

/** The parameters of saved queries as Cypher writes them; undefined where a query's own example stays. */
export function queryParameters({ userId, recId, run }: FilledBy): Record<string, string | undefined> {
  if (!run) return { userId, recId };
  const { windowSeconds, minReputation } = run.settings.weighting;
  return {
    userId,
    recId,
    asOf: String(run.asOf),
    windowDays: String(windowSeconds / 86_400),
    minReputation: run.settings.reputation === 'list' ? String(minReputation) : 'null',
  };
}
