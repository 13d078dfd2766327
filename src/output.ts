import { visible, visibleJson } from './control-characters.ts';
import { maskOf, withoutSecrets } from './secrets.ts';

/**
 * Everything that a command prints passes here: secrets are masked, and control characters in names and messages are
 * written visibly, so that nobody's data can steer the terminal. Only what Kith itself draws (line breaks between lines,
 * colours, the moving progress line) reaches the terminal as it is.
 */

/** Prints lines on standard output; a line break inside one is shown as `\n`. */
export function print(...lines: string[]): void {
  process.stdout.write(textOf(lines));
}

/** Prints lines on standard error. */
export function say(...lines: string[]): void {
  process.stderr.write(textOf(lines));
}

/** A foreign text as it may be shown inside a line. */
export function shown(text: string): string {
  return visible(withoutSecrets(text));
}

/** Prints a value as JSON on standard output. */
export function printJson(value: unknown): void {
  const mask = maskOf(process.env);
  const masked = JSON.stringify(value, (_, each) => printable(each, mask), 2);
  process.stdout.write(`${visibleJson(masked)}\n`);
}

/** A whole number that a JavaScript number can't hold is written as a text, or whoever reads it may round it. */
function printable(value: unknown, mask: (text: string) => string): unknown {
  if (typeof value === 'string') return mask(value);
  return typeof value === 'bigint' ? String(value) : value;
}

/** Prints what is asked for because it is secret, such as the passwords of `kith status --json`. */
export function printSecrets(value: unknown): void {
  unmasked(() => process.stdout.write(`${JSON.stringify(value)}\n`));
}

/** Prints a line that is asked for because it is secret. */
export function printSecret(line: string): void {
  unmasked(() => process.stdout.write(`${line}\n`));
}

/** What was thrown, for people who look for a bug: the stack traces of an error and of its causes, line by line. */
function traceOf(error: unknown, depth = 0): string[] {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const cause = error instanceof Error && depth < 5 ? error.cause : undefined;
  const errors = error instanceof AggregateError && depth < 5 ? error.errors : [];
  return [
    ...text.split('\n'),
    ...errors.flatMap((each) => traceOf(each, depth + 1)),
    ...(cause === undefined ? [] : traceOf(cause, depth + 1).map((line, i) => (i === 0 ? `because of ${line}` : line))),
  ];
}

let isMasking = true;

/**
 * Masks also what libraries print, and what Node prints of warnings and of errors that nobody caught: from here on
 * nothing leaves on standard output or standard error unmasked.
 */
export function guardOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
    stream.write = (chunk: unknown, ...rest: unknown[]) =>
      write(typeof chunk === 'string' && isMasking ? withoutSecrets(chunk) : chunk, ...rest);
  }
  // Node has a listener of its own unless it was told to be quiet.
  if (process.listenerCount('warning') > 0)
    process.removeAllListeners('warning').on('warning', ({ name, message }) => say(`${name}: ${message}`));
  const onBug = (error: unknown) => {
    say(...bug(error));
    process.exit(1);
  };
  process.on('uncaughtException', onBug).on('unhandledRejection', onBug);
}

/** The lines that report an error that is nobody's mistake but Kith's. */
export function bug(error: unknown): string[] {
  const [first = '', ...more] = traceOf(error);
  return [`kith: a bug in Kith: ${first}`, ...more];
}

function unmasked(write: () => void): void {
  isMasking = false;
  try {
    write();
  } finally {
    isMasking = true;
  }
}

function textOf(lines: readonly string[]): string {
  const mask = maskOf(process.env);
  return lines.map((line) => `${visible(mask(line))}\n`).join('');
}
