import { StaleAttemptError } from '../../errors.ts';
import type { Graph } from '../../graph/graph.ts';
import { userRanges } from '../../graph/user-ranges.ts';
import { isoSeconds } from '../../ingest/instant.ts';
import type { Database } from '../../postgres/database.ts';
import type { Report } from '../../progress.ts';
import type { Run } from '../run.ts';
import { type RunContext, withGraph } from '../run-context.ts';
import type { JudgedList } from '../run-summary.ts';

/** Users per query: what is read of them takes a second or so. */
const usersPerRange = 25_000;

/** A user who has turned to others for the first time, and when; instants in epoch seconds. */
interface TurnedUser {
  userId: bigint;
  others: bigint[];
  /** Parallel to `others`. */
  sinces: bigint[];
  /** When the user first did anything at all. */
  earliest: bigint;
  [column: string]: unknown;
}

/** A list that was kept; as-of in epoch seconds. */
interface KeptList {
  id: number;
  asOf: number;
}

/**
 * Judges the newest lists that are at least a day and a week older than the run, by the activities in the graph: of the
 * users who have since turned to somebody new, how many did to somebody recommended, and to one of the popular. A list
 * from before the run's window is not judged, since the graph may no longer know what users did before it.
 */
export async function judge(context: RunContext, report: Report): Promise<void> {
  const { database, run, signal, summary } = context;
  const stoppable = database.until(signal);
  const yesterday = await findList(stoppable, run, 1);
  // Then there is none of last week either.
  if (!yesterday) return;
  const lastWeek = await findList(stoppable, run, 7);
  const users = await withGraph(context, (graph) => readTurned(graph, run, (lastWeek ?? yesterday).asOf, report));
  // What has arrived with a later run must not count for this one.
  if ((await database.query('sql/runs/under-way.sql')).length > 0)
    throw new StaleAttemptError('A later run has begun.');
  summary.pastLists = {
    yesterday: await judgeList(stoppable, yesterday, users),
    lastWeek: lastWeek && (await judgeList(stoppable, lastWeek, users)),
  };
}

async function findList(database: Database, { asOf, settings }: Run, leastDays: number): Promise<KeptList | undefined> {
  const values = [new Date(asOf * 1000), leastDays, settings.weighting.windowSeconds];
  const [row] = await database.query<{ id: number; as_of: Date }>('sql/past/find.sql', values);
  return row && { id: row.id, asOf: row.as_of.getTime() / 1000 };
}

/** To whom everybody has turned for the first time after `listed` and up to the run's as-of. */
async function readTurned(
  graph: Graph,
  { asOf, settings }: Pick<Run, 'asOf' | 'settings'>,
  listed: number,
  report: Report,
): Promise<TurnedUser[]> {
  const users: TurnedUser[] = [];
  const ranges = await userRanges(graph, usersPerRange);
  let done = 0;
  for (const { first, end } of ranges) {
    const { rows } = await graph.read<TurnedUser>('cypher/past/turned.cypher', {
      first,
      end,
      listed: BigInt(listed),
      asOf: BigInt(asOf),
      window: BigInt(settings.weighting.windowSeconds),
    });
    users.push(...rows);
    report({ doing: 'looking for new partners', share: ++done / ranges.length });
  }
  return users;
}

async function judgeList(
  database: Database,
  { id, asOf }: KeptList,
  users: readonly TurnedUser[],
): Promise<JudgedList | undefined> {
  const userIds: bigint[] = [];
  const others: bigint[] = [];
  for (const user of users) {
    if (user.earliest > asOf) continue;
    user.others.forEach((other, i) => {
      if ((user.sinces[i] as bigint) <= asOf) return;
      userIds.push(user.userId);
      others.push(other);
    });
  }
  const [counts] = await database.query<Omit<JudgedList, 'asOf'>>('sql/past/judge.sql', [id, userIds, others]);
  return counts && { asOf: isoSeconds(asOf), ...counts };
}
