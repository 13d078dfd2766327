import { EngineError } from '../errors.ts';
import { diskFull, isNoSpace } from '../storage/disk-full.ts';

/**
 * The importer's longer stages in order, with the percentage of its time that each takes (for a million relationships).
 */
const stages: readonly (readonly [name: string, share: number])[] = [
  ['Nodes', 4],
  ['Relationships', 45],
  ['Node Degrees', 7],
  ['Relationship -->', 11],
  ['Node -->', 3],
  ['Relationship <--', 11],
  ['Count groups', 4],
  ['Relationship counts', 15],
];
const units: Readonly<Record<string, number>> = { K: 1e3, M: 1e6, B: 1e9 };

/**
 * The importer's current stage and the time left, such as `Relationships 65 %, about 20 s left`, from the end of its
 * output. The time is an estimate, available once a tenth of the work is done.
 *
 * @param relationships how many are imported
 * @param seconds since the importer started
 */
export function progressIn(output: string, relationships: number, seconds: number): string | undefined {
  const started = [...output.matchAll(/^(.+?), started \d{4}-/gm)].at(-1);
  // The importer's warning about a small heap doesn't end with a newline.
  const name = started?.[1]?.replace(/^WARNING: .*GiB/, '');
  if (!started || name === undefined) return undefined;
  const place = stages.findIndex(([stage]) => name.startsWith(stage));
  if (place < 0) return name;
  const [, count = '0', unit = ''] = [...output.slice(started.index).matchAll(/([\d.]+)([KMB]?) +∆/g)].at(-1) ?? [];
  const part = place === 0 ? 0 : Math.min(1, (Number(count) * (units[unit] ?? 1)) / Math.max(1, relationships));
  const before = stages.slice(0, place).reduce((sum, [, share]) => sum + share, 0);
  const done = before + part * (stages[place]?.[1] ?? 0);
  const left = done < 10 ? '' : `, about ${Math.ceil((seconds / done) * (100 - done))} s left`;
  return `${name} ${Math.floor(part * 100)} %${left}`;
}

/** The error for a failed import: its innermost reason, the row it names, and where the details are. */
export function importFailed(output: string, folder: string, log: string, report: string): EngineError {
  if (isNoSpace(output)) return diskFull(folder);
  const reason = [...output.matchAll(/^(?:Caused by: )?[\w.$]+(?:Exception|Error): (.+)$/gm)].at(-1)?.[1];
  const row = [...output.matchAll(/\[source:(.+?), position:\d+, line:(\d+)/g)].at(-1);
  const where = row ? ` near line ${Number(row[2]) + 1} of ${row[1]}` : '';
  return new EngineError(
    `Neo4j's importer failed${where} (${reason?.trim() ?? 'it gave no reason'}): see its report ${report} and its output ${log}.`,
  );
}
