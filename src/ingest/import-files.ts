import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { statement } from '../config/project.ts';
import type { Staging } from './staging.ts';

/** Files for Neo4j's bulk importer: each list is a header and its data. */
export interface ImportFiles {
  nodes: string[];
  relationships: string[];
}

/**
 * Header fields are those of `neo4j-admin database import`. Without `id-type` the importer would keep `userId` as a
 * string. An empty value is an absent property.
 */
const nodeHeader = 'userId:ID(User){id-type:long},suspended:boolean,flaggedAt:long\n';
const relationshipHeader = ':START_ID(User),:END_ID(User),at:long,messageId:long,:TYPE\n';

/**
 * Writes the staged rows for the bulk importer, those of a user together.
 *
 * @param flaggedAt epoch seconds, given to the users that user.csv names
 */
export async function writeImportFiles(staging: Staging, dir: string, flaggedAt: number): Promise<ImportFiles> {
  await mkdir(dir, { recursive: true });
  const [nodeHead, nodes] = [join(dir, 'nodes-header.csv'), join(dir, 'nodes.csv')];
  const [relationshipHead, relationships] = [join(dir, 'relationships-header.csv'), join(dir, 'relationships.csv')];
  await writeFile(nodeHead, nodeHeader);
  await writeFile(relationshipHead, relationshipHeader);
  await staging.run(statement('sql/staging/import-nodes.sql'), { path: nodes, flaggedAt });
  await staging.run(statement('sql/staging/import-relationships.sql'), { path: relationships });
  return { nodes: [nodeHead, nodes], relationships: [relationshipHead, relationships] };
}
