import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { statement } from '../config/project.ts';
import type { ImportFiles } from '../engines/bulk-import.ts';
import { makeFolders } from '../storage/make-folders.ts';
import { activityTypes, mayEnd, relationshipTypes, rowTypes, wordRelationships, wordTypes } from './activity-type.ts';
import type { Staging } from './staging.ts';

/**
 * The header fields of `neo4j-admin database import` with `--id-type=actual`: nodes are identified by their numbers in
 * the store, so the importer needs no map from user ids to these. An empty value means no property.
 */
const nodeHeader = ':ID,userId:long,suspended:boolean,flaggedAt:long\n';
const followHeader = ':START_ID,:END_ID,at:long\n';
const endHeader = ':START_ID,:END_ID,at:long,until:long\n';
const messageHeader = ':START_ID,:END_ID,at:long,messageId:long\n';

/**
 * Writes the staged rows for the bulk importer, grouped by user.
 *
 * @param flaggedAt epoch seconds, set on the users named in user.csv
 * @param onProgress called before each file with what will be written
 */
export async function writeImportFiles(
  staging: Staging,
  dir: string,
  flaggedAt: number,
  onProgress?: (text: string) => void,
): Promise<ImportFiles> {
  makeFolders(dir);
  onProgress?.("writing the importer's files: users");
  const nodes = await headed(join(dir, 'user.csv'), nodeHeader);
  await staging.run(statement('sql/staging/import-nodes.sql'), { path: join(dir, 'user.csv'), flaggedAt });
  const relationships: Record<string, string[]> = {};
  for (const [number, type] of activityTypes.entries()) {
    onProgress?.(`writing the importer's files: ${type}, ${number + 1} of ${activityTypes.length}`);
    const path = join(dir, `${type}.csv`);
    const isFollow = type === 'follow';
    const files = await headed(path, isFollow ? followHeader : messageHeader);
    const file = isFollow ? 'sql/staging/import-follows.sql' : 'sql/staging/import-relationships.sql';
    await staging.run(statement(file), isFollow ? { path } : { path, type: number });
    if ((await stat(path)).size > 0) relationships[relationshipTypes[type]] = files;
  }
  for (const type of wordTypes) {
    const path = join(dir, `${type}.csv`);
    const hasEnd = mayEnd(type);
    const files = await headed(path, hasEnd ? endHeader : followHeader);
    const number = rowTypes.indexOf(type);
    const file = hasEnd ? 'sql/staging/import-words-with-end.sql' : 'sql/staging/import-words.sql';
    await staging.run(statement(file), { path, type: number });
    if ((await stat(path)).size > 0) relationships[wordRelationships[type]] = files;
  }
  return { nodes, relationships };
}

/** Writes the header of a file next to it and returns both paths. */
async function headed(path: string, header: string): Promise<string[]> {
  const head = path.replace(/\.csv$/, '-header.csv');
  await writeFile(head, header);
  return [head, path];
}
