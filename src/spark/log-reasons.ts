/** What a line says that tells why Spark failed, the most telling first. */
const telling: readonly RegExp[] = [
  /^Caused by: (?:[\w.$]+: )?(.+)$/,
  /^(?:Error in query: |[\w.$]*(?:Exception|Error): )?(\[[A-Z_.0-9]+\] .+)$/,
  /^(?:Exception in thread ".*" )?([\w.$]*(?:Exception|Error): .+)$/,
  /^Error: (.+)$/,
];

/** Why Spark failed, in its own words, from the end of its log; undefined if it doesn't say. */
export function reasonIn(log: string): string | undefined {
  const lines = log.split('\n').map((line) => line.trim());
  for (const pattern of telling) {
    const found = lines.flatMap((line) => pattern.exec(line)?.[1] ?? []);
    // Of several causes the last one is the root.
    const reason = found.at(-1);
    if (reason) return reason.length > 300 ? `${reason.slice(0, 300)}…` : reason.replace(/\.$/, '');
  }
  return undefined;
}
