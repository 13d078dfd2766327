import type { WrittenRun } from '../../export/write-tables.ts';
import type { RunContext } from '../run-context.ts';

/** The run as what writes its tables knows it. */
export function writtenRun({ run, attempt, fence }: RunContext): WrittenRun {
  const token = (attempt ?? fence)?.token;
  if (token === undefined) throw new Error('A step that writes has no token.');
  return { id: run.id, startedAt: run.startedAt, token, asOf: run.asOf, ranking: run.settings.ranking };
}
