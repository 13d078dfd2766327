import type { Graph } from '../graph/graph.ts';
import { type ActivityType, activityTypes, relationshipTypes } from '../ingest/activity-type.ts';
import type { RunFacts } from '../jobs/run.ts';
import type { ShownId } from '../user-id.ts';
import { instantText } from './text.ts';

/** One activity inside the run's window. */
export interface ActivityView {
  type: ActivityType;
  /** Epoch seconds. */
  at: number;
  /** As text, since it may exceed a JavaScript number; a follow has none. */
  messageId?: string;
}

/** A closest connection; `weight` is a decimal with 12 places. */
export interface Connection {
  from: ShownId;
  to: ShownId;
  rank: number;
  weight: string;
}

/** A closest connection and the activities behind it, newest first. */
export interface Step extends Connection {
  activities: ActivityView[];
}

interface ActivitiesRow {
  userId: bigint;
  engagedId: bigint;
  activities: [relationshipType: string, at: bigint, messageId: bigint | null][];
  [column: string]: unknown;
}

const typeOf = new Map(activityTypes.map((type) => [relationshipTypes[type], type]));

/** Adds the activities behind it to each connection. */
export async function stepsWithActivities(graph: Graph, run: RunFacts, connections: Connection[]): Promise<Step[]> {
  if (connections.length === 0) return [];
  const { rows } = await graph.read<ActivitiesRow>('cypher/show/activities.cypher', {
    pairs: connections.map(({ from, to }) => [BigInt(from), BigInt(to)]),
    asOf: BigInt(run.asOf),
    window: BigInt(run.settings.weighting.windowSeconds),
  });
  const found = new Map(rows.map((row) => [`${row.userId} ${row.engagedId}`, row.activities]));
  return connections.map((connection) => ({
    ...connection,
    activities: (found.get(`${connection.from} ${connection.to}`) ?? []).map(([type, at, messageId]) => ({
      type: typeOf.get(type) as ActivityType,
      at: Number(at),
      messageId: messageId?.toString(),
    })),
  }));
}

/** How many are shown of the activities behind something; `--json` has all. */
export const shownActivities = 5;

/** An activity in a line. */
export function activityText({ type, at, messageId }: ActivityView): string {
  const message = messageId === undefined ? '' : `, message ${messageId}`;
  return `${instantText(at)}  ${type}${message}`;
}
