import pino from 'pino';
import { KithError } from '../errors.ts';
import { maskOf } from '../secrets.ts';

export type Log = pino.Logger;

/** How many errors deep a cause is followed: an error may be its own. */
const mostCauses = 5;

/**
 * Structured logs: a line of JSON each, with `name`, the time in ISO 8601 and the level as a word. What goes in are names,
 * numbers and sentences of errors, never an address or a setting; should a secret be among them all the same, it is masked in the
 * finished line, whether it came as the message, a field, a child's field or an error's cause.
 *
 * @param env where KITH_LOG_LEVEL (info) and the secrets are looked up; the secrets at every line, as `.env` may be read later
 * @example
 * const ofRun = createLog(process.stderr).child({ run: run.id });
 * ofRun.warn({ step: 'ingest', error }, 'step later');
 */
export function createLog(destination: pino.DestinationStream, env: NodeJS.ProcessEnv = process.env): Log {
  return pino(
    {
      name: 'kith',
      level: env.KITH_LOG_LEVEL || 'info',
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      serializers: { error: fieldsOf, err: fieldsOf },
      hooks: { streamWrite: (line) => `${JSON.stringify(masked(JSON.parse(line), maskOf(env)))}\n` },
    },
    destination,
  );
}

/** The log of the process, on standard error. */
export const log = createLog(pino.destination(2));

/** Every string in a value of JSON, names of fields included, through `mask`. */
function masked(value: unknown, mask: (text: string) => string): unknown {
  if (typeof value === 'string') return mask(value);
  if (Array.isArray(value)) return value.map((each) => masked(each, mask));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [mask(name), masked(each, mask)]));
}

/** What a line says of an error. Its further properties are left out: drivers hang whole requests and configurations on theirs. */
function fieldsOf(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, stack, cause } = error;
  const { code } = error as NodeJS.ErrnoException;
  const errors = error instanceof AggregateError ? error.errors : undefined;
  const isDeepest = depth === mostCauses;
  return {
    type: name,
    message,
    code: typeof code === 'string' ? code : undefined,
    // A person's own mistake: where in Kith it was noticed says nothing.
    stack: error instanceof KithError ? undefined : stack,
    cause: cause === undefined || isDeepest ? undefined : fieldsOf(cause, depth + 1),
    errors: isDeepest ? undefined : errors?.map((each) => fieldsOf(each, depth + 1)),
  };
}
