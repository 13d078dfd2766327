/** What a line says that tells why Spark failed, the most telling first. */
const telling: readonly RegExp[] = [
  // What the machine lacks is behind many errors.
  /((?:No space left on device|Permission denied|java\.lang\.OutOfMemoryError|Connection refused).*)$/,
  /^(\[[A-Z_.0-9]+\] .+)$/,
  /^Exception in thread "[^"]*" (.+)$/,
  /^(?:Error in query|Error): (.+)$/,
  /^Caused by: (?:[\w.$]+: )?(.+)$/,
  /^([\w.$]+(?:Exception|Error): .+)$/,
];

const longest = 300;

/** Why Spark failed, in its own words, from the end of its log; undefined if it doesn't say. */
export function reasonIn(log: string): string | undefined {
  const lines = log.split('\n');
  for (const pattern of telling) {
    const reason = lines.flatMap((line) => pattern.exec(line)?.[1] ?? []).at(-1);
    if (reason !== undefined) return reason.slice(0, longest).replace(/\.? *$/, '');
  }
  return undefined;
}
