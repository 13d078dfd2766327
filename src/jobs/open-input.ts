import type { Settings } from '../config/settings.ts';
import { BadInputError } from '../errors.ts';
import { dayFiles } from '../ingest/day-folder.ts';
import { mappingOf } from '../ingest/mapping.ts';
import { readModel } from '../scoring/reputation/model-folder.ts';
import { readReputationList } from '../scoring/reputation/reputation-list.ts';
import type { Folder } from '../storage/folder.ts';
import { absoluteLocation } from '../storage/location.ts';
import { openFolder } from '../storage/open-folder.ts';
import type { ScoresPlace } from './run.ts';
import type { ScoreSource } from './run-context.ts';

/** @throws FolderMissingError if the folder does not exist, or has no activities yet */
export async function openDay(input: string, settings: Settings): Promise<Folder> {
  const folder = await openFolder(input, settings.s3);
  dayFiles(folder, await mappingOf(folder, settings.mapping, settings.userIds));
  return folder;
}

/** @throws BadInputError naming the file or the model, and what is wrong with it */
export async function openScores(
  scores: ScoresPlace | undefined,
  settings: Settings,
  signal?: AbortSignal,
): Promise<ScoreSource | undefined> {
  if (!scores) return undefined;
  const { kind, place } = scores;
  if (kind === 'list')
    return { kind, list: await readReputationList(place, { limits: settings, s3: settings.s3, signal }), place };
  const model = await readModel(place).catch((error) => {
    const { model: ofSettings } = settings.reputation;
    const isOfSettings = ofSettings !== undefined && absoluteLocation(ofSettings, 'folder') === place;
    throw isOfSettings && error instanceof BadInputError ? new BadInputError(`KITH_MODEL: ${error.message}`) : error;
  });
  return { kind, model, place };
}
