import { join } from 'node:path';
import type { Population, ReadOthers } from '../export/population.ts';
import { beyondAllUsers, type UserRange } from '../graph/user-ranges.ts';
import { RowsByUser, readNumbers, readRows } from './row-files.ts';

/** About how many users lie between two boundaries, see spark/rows/boundaries.sql. */
const usersPerBoundary = 5_000;

/**
 * The users as Spark knows them.
 *
 * @param computed the tables of the step closest
 * @param recommended those of the step recommend
 */
export function sparkPopulation(computed: string, recommended?: string): Population {
  const readOthers = (table: string): ReadOthers => {
    const rows = new RowsByUser(readRows(join(recommended ?? computed, table)));
    return async ({ end }) => {
      const users = new Map<string, bigint[]>();
      const text = (await rows.upTo(Number(end) - 1)).toString('latin1');
      for (const line of text.split('\n')) {
        if (line === '') continue;
        const [user = '', other = ''] = line.split('\t');
        const others = users.get(user);
        if (others) others.push(BigInt(other));
        else users.set(user, [BigInt(other)]);
      }
      return [...users].map(([userId, others]) => ({ userId: BigInt(userId), others }));
    };
  };
  return {
    suspended: () => readNumbers(join(computed, 'suspended_rows')),
    ranges: async (size) => {
      const boundaries = await readNumbers(join(computed, 'boundary_rows'));
      const every = Math.max(1, Math.floor(size / usersPerBoundary));
      const firsts = [0, ...boundaries.filter((first, i) => first > 0 && i % every === 0)].map(BigInt);
      return firsts.map((first, i): UserRange => ({ first, end: firsts[i + 1] ?? beyondAllUsers }));
    },
    followed: () => readOthers('followed_rows'),
    vias: () => readOthers('via_rows'),
  };
}
