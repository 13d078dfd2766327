/**
 * Errors for people to read: one sentence that says what is wrong, where, and what to do.
 * Anything else that is thrown is a bug in Kith, and ends with exit code 1 and a stack trace in the log.
 */
export class KithError extends Error {
  /** Exit code of a process that ends with this error. */
  readonly exitCode: number = 1;
}

/** The input, an option or a setting is wrong (exit code 2). */
export class BadInputError extends KithError {
  override readonly name = 'BadInputError';
  override readonly exitCode = 2;
}

/** The input is not there yet; it may still come (exit code 2). */
export class FolderMissingError extends BadInputError {}

/** The input is changing while it is read; it may be complete a little later (exit code 2). */
export class FolderChangedError extends BadInputError {}

/** A quality check failed, so nothing was published (exit code 3). */
export class ChecksFailedError extends KithError {
  override readonly name = 'ChecksFailedError';
  override readonly exitCode = 3;
}

/** An engine can't be started or reached, or failed (exit code 4). */
export class EngineError extends KithError {
  override readonly name = 'EngineError';
  override readonly exitCode = 4;
}

/** A disk has no space left (exit code 4). */
export class DiskFullError extends EngineError {}

/** An engine can't open its data any more (exit code 4). */
export class BrokenStoreError extends EngineError {}

/** An engine went away during the work: it died, or its connection was lost (exit code 4). */
export class EngineLostError extends EngineError {}

/** Another process is working on the same network (exit code 5). */
export class BusyError extends KithError {
  override readonly name = 'BusyError';
  override readonly exitCode = 5;
}

/** A later attempt at the same step has begun, so this one may not write (exit code 5). */
export class StaleAttemptError extends KithError {
  override readonly name = 'StaleAttemptError';
  override readonly exitCode = 5;
  /** The later attempt's token, if the graph told it. */
  readonly latest: bigint | undefined;

  constructor(message: string, latest?: bigint) {
    super(message);
    this.latest = latest;
  }
}

/** Stopped by Ctrl-C or SIGTERM (exit code 130, as in shells). */
export class InterruptedError extends KithError {
  override readonly name = 'InterruptedError';
  override readonly exitCode = 130;
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && !error.message) return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}

/** Names from the input, for a message: in quotes, by which `kith forget` tells them from words of Kith's own. */
export function inQuotes(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(', ');
}
