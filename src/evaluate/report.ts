import { join } from 'node:path';
import { BadInputError } from '../errors.ts';
import { diskPath, storageOf } from '../storage/location.ts';
import { makeFolders } from '../storage/make-folders.ts';
import { refuseUnwritable, writeWhole } from '../storage/write-whole.ts';
import type { Evaluation } from './evaluate.ts';
import { renderEvaluation } from './page.ts';

/** What the files of a report are called. */
export const reportFiles = { json: 'evaluation.json', page: 'evaluation.html' } as const;

/**
 * The folder to write a report to, made if it is missing: to be told before the work if it can't be.
 *
 * @throws BadInputError if it can't be a folder on disk
 */
export async function reportFolder(out: string): Promise<string> {
  if (out === '' || storageOf(out, 'folder') !== 'disk')
    throw new BadInputError(`--out should be a folder on disk, not "${out}"; copy the report afterwards.`);
  const folder = diskPath(out, 'folder');
  try {
    makeFolders(folder);
  } catch {
    throw new BadInputError(`--out ${out} can't be made a folder; choose another place.`);
  }
  for (const name of Object.values(reportFiles)) await refuseUnwritable(join(folder, name));
  return folder;
}

/** Writes the evaluation as JSON and as a page. */
export async function writeReport(
  evaluation: Evaluation,
  folder: string,
  { input, hasScores, signal }: { input: string; hasScores: boolean; signal?: AbortSignal },
): Promise<void> {
  const { plan, ...found } = evaluation;
  const { types, exclude, users: mostUsers, seed } = plan;
  const json = { input, types, exclude, mostUsers, seed, ...found };
  await writeWhole(join(folder, reportFiles.json), [`${JSON.stringify(json, undefined, 2)}\n`], { signal });
  const page = renderEvaluation(evaluation, `Evaluation of ${input}`, hasScores);
  await writeWhole(join(folder, reportFiles.page), [page], { signal });
}
