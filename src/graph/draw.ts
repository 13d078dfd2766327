import type { Graph } from './graph.ts';
import { sideBySide } from './side-by-side.ts';
import { userRanges } from './user-ranges.ts';

/** Users per transaction when drawing edges: a few seconds of work, and little to repeat after a deadlock. */
const usersPerDrawing = 5_000;

/** What drawing changed. */
export interface DrawnConnections {
  created: number;
  deleted: number;
  propertiesSet: number;
}

/** What is drawn from lists, for those who explore the graph, and how that is removed. */
const drawings = {
  /** Writes only what differs. */
  CLOSEST_TO: { draw: 'cypher/closest/draw.cypher', remove: 'cypher/closest/remove-drawn.cypher' },
  /** What was drawn before has to be removed. */
  ALIKE: { draw: 'cypher/circles/draw.cypher', remove: 'cypher/circles/remove-drawn.cypher' },
} as const;

export type Drawing = keyof typeof drawings;

/** Brings a kind of relationship in line with the users' lists. */
export async function draw(
  graph: Graph,
  drawing: Drawing,
  options: { sessions: number; onProgress: (done: number, total: number) => void },
): Promise<DrawnConnections> {
  const drawn: DrawnConnections = { created: 0, deleted: 0, propertiesSet: 0 };
  const ranges = await userRanges(graph, usersPerDrawing);
  let done = 0;
  await sideBySide(ranges, options.sessions, async ({ first, end }) => {
    const { changes } = await graph.write(drawings[drawing].draw, { first, end });
    drawn.created += changes.relationshipsCreated;
    drawn.deleted += changes.relationshipsDeleted;
    drawn.propertiesSet += changes.propertiesSet;
    options.onProgress(++done, ranges.length);
  });
  return drawn;
}

/** Relationships that are removed in a transaction. */
const removedAtOnce = 100_000n;

/** Removes a kind of relationship, as if it had never been drawn. */
export async function removeDrawn(graph: Graph, drawing: Drawing, onProgress: () => void): Promise<void> {
  for (;;) {
    const { rows } = await graph.write<{ deleted: bigint }>(drawings[drawing].remove, { limit: removedAtOnce });
    if (rows[0]?.deleted !== removedAtOnce) return;
    onProgress();
  }
}
