import type { Database } from '../export/database.ts';
import type { Fence } from '../graph/fence.ts';
import { pipeline } from './pipeline.ts';

/** A fence for work by hand: whoever was to write for a run before can't, once it is raised. */
export async function fenceByHand(database: Database): Promise<Fence> {
  const [row] = await database.query<{ token: string }>('sql/steps/next-token.sql');
  return { step: 'by hand', token: BigInt(row?.token ?? 0), closes: [...pipeline.map(({ name }) => name), 'by hand'] };
}
