import type { Database } from '../postgres/database.ts';
import { type ShownId, userIdOf } from '../user-id.ts';
import type { UserView } from './show-user.ts';

/** How a user's published lists differ from those of the run that was published before. */
export interface Changes {
  /** The run before: epoch seconds. */
  before: { id: string; asOf: number };
  /** Who came in, the best first. */
  newClosest: ShownId[];
  newRecommendations: ShownId[];
  /** Who is recommended no more, with the rank then; undefined if what the run before recommended is not kept. */
  gone?: { userId: ShownId; was: number }[];
  /** Who is at another rank now; undefined likewise. */
  moved?: { userId: ShownId; was: number; rank: number }[];
}

/** What changed for a user with the run that is published; undefined if none was published before. */
export async function changesOf(
  database: Database,
  { userId, run, recommendations }: UserView,
): Promise<Changes | undefined> {
  const [before] = await database.query<{
    id: string;
    asOf: Date;
    isKept: boolean;
    recommended: (number | string)[] | null;
  }>('sql/show/run-before.sql', [run.id, userId]);
  if (!before) return undefined;
  const rows = await database.query<{ list: string; userId: number | string }>('sql/show/came-in.sql', [userId]);
  const cameIn = (list: string) => rows.filter((row) => row.list === list).map((row) => userIdOf(row.userId));
  const found = {
    before: { id: before.id, asOf: before.asOf.getTime() / 1000 },
    newClosest: cameIn('closest'),
    newRecommendations: cameIn('recommendations'),
  };
  if (!before.isKept) return found;
  const ranks = new Map(recommendations.map((one) => [one.userId, one.rank]));
  const then = (before.recommended ?? [])
    .map(userIdOf)
    .map((id, i) => ({ userId: id, was: i + 1, rank: ranks.get(id) }));
  return {
    ...found,
    gone: then.filter(({ rank }) => rank === undefined).map(({ userId, was }) => ({ userId, was })),
    moved: then.flatMap(({ rank, ...one }) => (rank === undefined || rank === one.was ? [] : [{ ...one, rank }])),
  };
}
