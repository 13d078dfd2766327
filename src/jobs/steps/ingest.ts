import { mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { loadFolder } from '../../graph/load-folder.ts';
import { graphSize } from '../../graph/schema.ts';
import { asOfOfFolder } from '../../ingest/day-folder.ts';
import { readFolder } from '../../ingest/read-folder.ts';
import { type RunContext, runFolder, withGraph } from '../run-context.ts';
import type { Report } from '../step.ts';

/** Reads and judges the day's folder whole, then brings its users and activities into the graph. */
export async function ingest(context: RunContext, report: Report): Promise<void> {
  const { settings, run, folder, signal, summary } = context;
  if (!folder) throw new Error('ingest was called without a folder');
  const dir = runFolder(settings, run.id);
  const workDir = join(dir, 'work');
  await removeLeftovers(dirname(dir));
  await mkdir(workDir, { recursive: true, mode: 0o700 });
  summary.rejects = join(dir, 'rejects.csv');
  const named = asOfOfFolder(folder.name);
  const started = Date.now();
  try {
    await using staged = await readFolder(folder, {
      workDir,
      rejectsPath: summary.rejects,
      maxRejectedPercent: settings.maxRejectedPercent,
      signal,
      onProgress: ({ file, bytes, totalBytes, rows }) => {
        const seconds = (Date.now() - started) / 1000;
        const left = Math.ceil((seconds / bytes) * (totalBytes - bytes));
        report(
          `reading ${file}: ${Math.floor((100 * bytes) / totalBytes)} % of the folder, ${rows.toLocaleString('en')} rows, ` +
            `${Math.round(rows / seconds).toLocaleString('en')}/s, ${left} s left`,
        );
      },
    });
    summary.files = staged.files;
    summary.repeated = staged.repeated;
    const loaded = await loadFolder(settings, staged, {
      flagged: { at: named ?? run.asOf, isUndated: named === undefined },
      workDir,
      signal,
      onProgress: report,
    });
    summary.loader = loaded.loader;
    summary.added = loaded.added;
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
  const { users, activities } = await withGraph(context, graphSize);
  summary.graph = { users, activities };
}

/** What killed runs left of their staged rows, which may be as large as the input. The network's lock is held, so nobody uses it. */
async function removeLeftovers(runs: string): Promise<void> {
  for (const run of await readdir(runs).catch(() => []))
    await rm(join(runs, run, 'work'), { recursive: true, force: true });
}
