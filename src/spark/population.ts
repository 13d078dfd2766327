import type { S3Settings } from '../config/settings.ts';
import type { Population, ReadOthers } from '../export/population.ts';
import { beyondAllUsers, type UserRange } from '../graph/user-ranges.ts';
import { userIdOf } from '../user-id.ts';
import { RowsByUser, readRows, readUserIds } from './row-files.ts';

/** About how many users lie between two boundaries, see spark/rows/boundaries.sql. */
const usersPerBoundary = 5_000;

/** Where Spark has left what it knows of users. */
interface LeftTables {
  /** The tables of the step closest. */
  computed: string;
  /** Those of the step recommend. */
  recommended?: string;
  /** How to reach S3, if they are there. */
  s3?: S3Settings;
}

/** The users as Spark knows them. */
export function sparkPopulation({ computed, recommended, s3 }: LeftTables): Population {
  const readOthers = (table: string): ReadOthers => {
    const rows = new RowsByUser(readRows(`${recommended ?? computed}/${table}`, s3));
    return async ({ end }) => {
      const users = new Map<string, bigint[]>();
      const text = (await rows.upTo(userIdOf(end - 1n))).toString('latin1');
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
    suspended: () => readUserIds(`${computed}/suspended_rows`, s3),
    ranges: async (size) => {
      const boundaries = await readUserIds(`${computed}/boundary_rows`, s3);
      const every = Math.max(1, Math.floor(size / usersPerBoundary));
      const firsts = [0, ...boundaries.filter((first, i) => first > 0 && i % every === 0)].map(BigInt);
      return firsts.map((first, i): UserRange => ({ first, end: firsts[i + 1] ?? beyondAllUsers }));
    },
    followed: () => readOthers('followed_rows'),
    vias: () => readOthers('via_rows'),
  };
}
