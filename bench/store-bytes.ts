import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Home, query } from './kith-run.ts';

/** What the engines keep on disk. */
export interface StoreBytes {
  /** Neo4j's nodes, relationships and indexes. */
  graph: number;
  /** Neo4j's log, which it cuts at a checkpoint: every 15 minutes, or when it stops. */
  graphLog: number;
  postgres: number;
}

export async function storeBytes(home: Home): Promise<StoreBytes> {
  const data = join(home.settings.home, 'neo4j', 'data');
  const [row] = await query<{ bytes: number }>(home, 'database-bytes');
  return {
    graph: await bytesIn(join(data, 'databases', 'neo4j')),
    graphLog: await bytesIn(join(data, 'transactions', 'neo4j')),
    postgres: row?.bytes ?? 0,
  };
}

/** Bytes that the disk gives up for a folder: files may be longer than what is in them. */
async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        // A file may go meanwhile.
        const found = await stat(join(entry.parentPath, entry.name)).catch(() => undefined);
        return found ? found.blocks * 512 : 0;
      }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
