import type { Fence } from '../graph/fence.ts';
import type { Database } from '../postgres/database.ts';
import { pipeline } from './pipeline.ts';

const byHand = 'by hand';

/** Whatever may write to the graph: what begins anew closes all of it to what went before. */
export const everyWriter: readonly string[] = [...pipeline.map(({ name }) => name), byHand];

/** A fence for work by hand: whoever was to write for a run before can't, once it is raised. */
export async function fenceByHand(database: Database): Promise<Fence> {
  const [row] = await database.query<{ token: string }>('sql/steps/next-token.sql');
  return { step: byHand, token: BigInt(row?.token ?? 0), closes: everyWriter };
}
