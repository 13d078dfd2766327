import type { S3Settings } from '../config/settings.ts';
import type { ClosestList } from '../graph/take-lists.ts';
import { unitsOfDecimal } from '../graph/weights.ts';
import { readRows } from './row-files.ts';

/**
 * Everybody's closest connections, from the rows that are published.
 *
 * @param unitsOfOne the units of a weight of 1
 */
export async function* readClosestLists(
  folder: string,
  unitsOfOne: bigint,
  s3?: S3Settings,
): AsyncGenerator<ClosestList> {
  let list: ClosestList | undefined;
  for await (const rows of readRows(folder, s3))
    for (const line of rows.toString('latin1').split('\n')) {
      if (line === '') continue;
      const [user = '', other = '', weight = '', rank = ''] = line.split('\t');
      const userId = BigInt(user);
      if (list?.userId !== userId) {
        if (list) yield list;
        list = { userId, closest: [], weights: [] };
      }
      // Rows come by the other's id.
      list.closest[Number(rank) - 1] = BigInt(other);
      list.weights[Number(rank) - 1] = unitsOfDecimal(weight, unitsOfOne);
    }
  if (list) yield list;
}
