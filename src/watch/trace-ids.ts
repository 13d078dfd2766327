import { createHash } from 'node:crypto';

/**
 * The ids of a run's trace and of its root span, in hexadecimal: the first 16 bytes of the run's id in SHA-256, and the 8 after
 * them. Workers agree on them without asking each other, and a person can find the trace of a run.
 */
export function traceIdsOf(runId: string): { traceId: string; spanId: string } {
  const digest = createHash('sha256').update(runId).digest('hex');
  return { traceId: digest.slice(0, 32), spanId: digest.slice(32, 48) };
}
