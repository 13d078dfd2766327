import type { WrittenRun } from '../../export/write-tables.ts';
import type { RunContext } from '../run-context.ts';

/** The run as what writes its tables knows it. */
export function writtenRun({ run, attempt }: RunContext): WrittenRun {
  return { id: run.id, startedAt: run.startedAt, token: attempt.token, asOf: run.asOf, ranking: run.settings.ranking };
}
