import { EngineError } from '../errors.ts';
import { diskFull } from './failure.ts';

/** The step that the importer is at, such as `Relationship import 65 %`, from the end of its output. */
export function progressIn(output: string): string | undefined {
  const step = [...output.matchAll(/^\(\d\/\d\) (.+?) \d{4}-/gm)].at(-1);
  if (!step) return undefined;
  const percent = [...output.slice(step.index).matchAll(/(\d+)% ∆/g)].at(-1)?.[1] ?? '0';
  return `${step[1]} ${percent} %`;
}

/** The sentence for an importer that failed: its innermost reason, the row that it names, and where the rest is. */
export function importFailed(output: string, home: string, log: string, report: string): EngineError {
  if (/No space left on device|Disk quota exceeded/i.test(output)) return diskFull(home);
  const reason = [...output.matchAll(/^(?:Caused by: )?[\w.$]+(?:Exception|Error): (.+)$/gm)].at(-1)?.[1];
  const row = [...output.matchAll(/\[source:(.+?), position:\d+, line:(\d+)/g)].at(-1);
  const where = row ? ` near line ${Number(row[2]) + 1} of ${row[1]}` : '';
  return new EngineError(
    `Neo4j's importer failed${where} (${reason?.trim() ?? 'it gave no reason'}): see its report ${report} and its output ${log}.`,
  );
}
