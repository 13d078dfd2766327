import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../src/config/project.ts';
import { InterruptedError, KithError } from '../src/errors.ts';
import { readByPeer } from './peer.ts';
import type { Figures } from './results.ts';
import { amountText, ratio, say, seconds } from './words.ts';

/** Files are written in other forms in memory. */
const mostInForms = 1_000_000;

const kinds = ['follow', 'reply', 'like', 'mention'] as const;
const columns = (kind: string): string[] => [
  ...['user_id', 'engaged_with_user_id'],
  ...(kind === 'follow' ? [] : ['message_id']),
  ...['timestamp', 'rel_type'],
];

/** How else files may be written: the file's name, what stands above its rows, and a row of these cells. */
const forms: Record<
  string,
  { ending: string; head: (kind: string) => string; row: (kind: string, cells: string[]) => string }
> = {
  'a header and `;`': {
    ending: 'csv',
    head: (kind) => `${columns(kind).join(';')}\n`,
    row: (_, cells) => cells.join(';'),
  },
  'JSON lines': {
    ending: 'jsonl',
    head: () => '',
    row: (kind, cells) =>
      JSON.stringify(
        Object.fromEntries(
          columns(kind).map((name, i) => [name, /^\d+$/.test(cells[i] ?? '') ? Number(cells[i]) : cells[i]]),
        ),
      ),
  },
};

/**
 * How long `kith inspect` takes, which reads a folder as a run does: parses, judges, sorts, removes repeats; beside DuckDB, which
 * reads the same files into tables, without repeats. Of small networks also with files in other forms.
 *
 * @param dir a folder for files
 */
export async function measureRead(
  { folder, asOf }: { folder: string; asOf: number },
  { activities, dir, set }: { activities: number; dir: string; set: Record<string, string> },
  signal: AbortSignal,
): Promise<Figures['read']> {
  const name = amountText(activities);
  const duckdbSeconds = await readByPeer([folder], asOf, join(dir, 'duckdb'), signal);
  const kithSeconds = await inspect(folder, { dir, set, signal });
  const times = kithSeconds / duckdbSeconds;
  say(`${name}: read in ${seconds(kithSeconds)}, ${ratio(times)} of DuckDB's time`);
  const figures: Figures['read'] = { activities, duckdbSeconds, kithSeconds, ratio: times, forms: [] };
  for (const form of activities <= mostInForms ? Object.keys(forms) : []) {
    const took = await inspect(rewrite(folder, form, dir), { dir, set, signal });
    say(`${name}: with ${form} in ${seconds(took)}, ${ratio(took / kithSeconds)} of the plain files' time`);
    figures.forms.push({ name: form, seconds: took, ratio: took / kithSeconds });
  }
  return figures;
}

/** Writes the rows of a folder in another form. */
function rewrite(folder: string, name: string, dir: string): string {
  const { ending, head, row } = forms[name] as (typeof forms)[string];
  const out = join(dir, name.replace(/\W+/g, '-'), '20240601');
  mkdirSync(out, { recursive: true });
  copyFileSync(join(folder, 'user.csv'), join(out, 'user.csv'));
  for (const kind of kinds) {
    if (!existsSync(join(folder, `${kind}.csv`))) continue;
    const lines = readFileSync(join(folder, `${kind}.csv`), 'utf8')
      .trimEnd()
      .split('\n');
    const rows = lines.map((line) => `${row(kind, [...line.split(','), ''].slice(0, columns(kind).length))}\n`);
    writeFileSync(join(out, `${kind}.${ending}`), head(kind) + rows.join(''));
  }
  return out;
}

/** The seconds of `kith inspect` in a process of its own. */
async function inspect(
  folder: string,
  { dir, set, signal }: { dir: string; set: Record<string, string>; signal: AbortSignal },
): Promise<number> {
  const started = performance.now();
  const args = [join(projectRoot, 'bin', 'kith.mjs'), '--env-file', '/dev/null', 'inspect', folder];
  const env = { ...set, KITH_HOME: join(dir, 'home'), PATH: process.env.PATH, TMPDIR: dir };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'], signal });
  let said = '';
  child.stderr.on('data', (text: Buffer) => {
    said += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).catch((error: unknown) => {
    throw signal.aborted ? new InterruptedError('Stopped.') : error;
  });
  if (code !== 0) throw new KithError(`kith inspect ${folder} ended with ${code}: ${said.trim()}`);
  return (performance.now() - started) / 1000;
}
