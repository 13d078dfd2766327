import { appendFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { makeFolders } from '../storage/make-folders.ts';
import { createLog, type Log } from '../watch/log.ts';
import { runFolder } from './run-context.ts';

/** The file in a run's folder with its log lines, of whatever process worked on it here. */
export function runLogFile(settings: Settings, runId: string): string {
  return join(runFolder(settings, runId), 'log.jsonl');
}

/** A log that keeps each line that names a `run` in that run's folder. */
export function runLog(settings: Settings): Log {
  return createLog({
    write: (line) => {
      const { run } = JSON.parse(line) as { run?: unknown };
      if (typeof run !== 'string' || !/^[\w-]+$/.test(run)) return;
      try {
        makeFolders(runFolder(settings, run), 0o700);
        appendFileSync(runLogFile(settings, run), line, { mode: 0o600 });
      } catch {
        // A full disk ends no run because of its log.
      }
    },
  });
}

/** So much of the end of a log is looked at for its last lines. */
const mostBytes = 64 * 1024;

/** The last lines of a run's log as people read them; none if this machine has no log of the run. */
export async function lastLogLines(settings: Settings, runId: string, most: number): Promise<string[]> {
  const file = await open(runLogFile(settings, runId)).catch(() => undefined);
  if (!file) return [];
  try {
    const { size } = await file.stat();
    const begin = Math.max(0, size - mostBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(mostBytes), 0, mostBytes, begin);
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n').filter(Boolean);
    return (begin > 0 ? lines.slice(1) : lines).slice(-most).map(lineText);
  } finally {
    await file.close();
  }
}

/** `2024-06-01T07:00:02.000Z info step done  step=closest seconds=1.2`; what isn't a line of Kith's stays as it is. */
function lineText(line: string): string {
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(line);
  } catch {
    return line;
  }
  const { time, level, msg, name: _, run: __, ...rest } = fields;
  const pairs = Object.entries(rest).map(([name, value]) => `${name}=${wordOf(value)}`);
  return [`${time} ${level} ${msg}`, ...pairs].join(' ');
}

function wordOf(value: unknown): string {
  return typeof value === 'string' && /^\S+$/.test(value) ? value : JSON.stringify(value);
}
