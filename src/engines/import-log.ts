import { EngineError } from '../errors.ts';
import { diskFull } from './failure.ts';

/** Per cents of an import's time that its four steps take, as measured on four million relationships. */
const shares = [3, 42, 33, 22];

/**
 * The step that the importer is at and the time left, such as `Relationship import 65 %, about 20 s left`, from the end of its
 * output. The time is an estimate, given once a tenth of the work is done.
 *
 * @param seconds since the importer was started
 */
export function progressIn(output: string, seconds: number): string | undefined {
  const step = [...output.matchAll(/^\((\d)\/4\) (.+?) \d{4}-/gm)].at(-1);
  if (!step) return undefined;
  const percent = Number([...output.slice(step.index).matchAll(/(\d+)% ∆/g)].at(-1)?.[1] ?? 0);
  const number = Number(step[1]);
  const before = shares.slice(0, number - 1).reduce((sum, share) => sum + share, 0);
  const done = before + ((shares[number - 1] ?? 0) * percent) / 100;
  const left = done < 10 ? '' : `, about ${Math.ceil((seconds / done) * (100 - done))} s left`;
  return `${step[2]} ${percent} %${left}`;
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
