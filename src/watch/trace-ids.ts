import { createHash } from 'node:crypto';

/**
 * The ids of a run's trace and its root span, in hexadecimal: the first 16 bytes of the SHA-256 of the run's id, and
 * the 8 bytes after them. So all workers derive the same ids, and people can find a run's trace.
 */
export function traceIdsOf(runId: string): { traceId: string; spanId: string } {
  const digest = createHash('sha256').update(runId).digest('hex');
  return { traceId: digest.slice(0, 32), spanId: digest.slice(32, 48) };
}
