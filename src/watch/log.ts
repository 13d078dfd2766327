import pino from 'pino';
import { visibleJson } from '../control-characters.ts';
import { KithError } from '../errors.ts';
import { maskOf } from '../secrets.ts';

export type Log = pino.Logger;

/** How deep causes are followed, since an error may be its own cause. */
const mostCauses = 5;

/**
 * Structured logs: one JSON object per line, with `name`, the time in ISO 8601 and the level as a word. Log only names,
 * numbers and error messages, never URLs or settings. If a secret gets in anyway, it is masked in the finished line,
 * whether it is in the message, a field, a child's field or an error's cause.
 *
 * @param env where KITH_LOG_LEVEL (default: info) and the secrets are looked up. Secrets are looked up for every line,
 *   since `.env` may be read later.
 * @example
 * const ofRun = createLog(process.stderr).child({ run: run.id });
 * ofRun.warn({ step: 'ingest', error }, 'step later');
 */
export function createLog(destination: pino.DestinationStream, env: NodeJS.ProcessEnv = process.env): Log {
  return pino(
    {
      name: 'kith',
      // Reading the settings refuses other words, in a sentence.
      level: [...Object.keys(pino.levels.values), 'silent'].includes(env.KITH_LOG_LEVEL ?? '')
        ? env.KITH_LOG_LEVEL
        : 'info',
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      serializers: { error: fieldsOf, err: fieldsOf },
      hooks: { streamWrite: (line) => `${visibleJson(JSON.stringify(masked(JSON.parse(line), maskOf(env))))}\n` },
    },
    destination,
  );
}

let made: Log | undefined;

/** This process's log, on standard error; made when it is first asked for, since `.env` sets its level, too. */
export function processLog(): Log {
  made ??= createLog(standardError());
  return made;
}

/** Work goes on when nobody reads the log, or its disk is full. */
function standardError(): pino.DestinationStream {
  const destination = pino.destination(2);
  destination.on('error', () => undefined);
  return destination;
}

/** Applies `mask` to every string in a JSON value, including field names. */
function masked(value: unknown, mask: (text: string) => string): unknown {
  if (typeof value === 'string') return mask(value);
  if (Array.isArray(value)) return value.map((each) => masked(each, mask));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [mask(name), masked(each, mask)]));
}

/** What is logged of an error. Other properties are left out: drivers attach whole requests and configurations. */
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
    // A KithError explains itself; where in the code it was thrown doesn't matter.
    stack: error instanceof KithError ? undefined : stack,
    cause: cause === undefined || isDeepest ? undefined : fieldsOf(cause, depth + 1),
    errors: isDeepest ? undefined : errors?.map((each) => fieldsOf(each, depth + 1)),
  };
}
