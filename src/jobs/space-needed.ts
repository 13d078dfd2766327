import type { SpaceNeeded } from '../engines/free-space.ts';
import { inputNamed, meaningOf } from '../ingest/file-names.ts';
import type { Folder } from '../storage/folder.ts';
import type { RunSummary } from './run-summary.ts';
import type { StepName } from './step-name.ts';

/** Rows of the last published run. */
export interface LastRows {
  closest: number;
  recommendations: number;
  reasons: number;
  /** In the graph then; null if that is not known. */
  activities: number | null;
}

/** A gzipped file of activities is about a fifth of its text. */
const unpacked = 6;
/**
 * Bytes per byte of text; measured with a million activities: staged .44, as Parquet .18, the importer's files .67, the
 * store 1.2.
 */
const ofInput = { home: 3, neo4j: 3 };
/** Of messages: their cleaned texts, staged and kept. */
const ofMessages = 3;
/** Bytes of a published row with its indexes, and what sorting them takes. */
const ofRow = 250;
/** Bytes of a user's lists and of CLOSEST_TO in the graph, with the transaction log. */
const ofConnection = 100;
/** By how much more rows there may be than in the last run. */
const growth = 1.5;

/**
 * About how many bytes a step writes, generously: from the folder as stored, or from the rows of the last run, and also
 * from the size of the graph if it has grown much since, or there was no run.
 */
export function spaceNeeded(
  step: StepName,
  { folder, summary, last }: { folder?: Folder; summary: RunSummary; last?: LastRows },
): SpaceNeeded {
  const { users = 0, activities = 0 } = summary.graph ?? {};
  const most = Math.min(50 * users, activities);
  // The bound is far above what most networks have, so it counts only where the last run says too little: the graph has
  // grown much since, or the run saw next to nothing of it.
  const isAlike = last?.activities != null && activities <= last.activities * growth && last.closest >= most / 100;
  const atLeast = (rows: number | undefined, bound: number) =>
    isAlike ? (rows ?? 0) * growth : Math.max((rows ?? 0) * growth, bound);
  const closest = atLeast(last?.closest, most);
  const recommendations = atLeast(last?.recommendations, Math.min(20 * users, 20 * closest));
  const reasons = atLeast(last?.reasons, 2 * recommendations);
  switch (step) {
    case 'ingest': {
      const bytes = { rows: 0, messages: 0 };
      for (const [file, { size }] of folder?.files() ?? []) {
        if (meaningOf(file) !== 'input') continue;
        bytes[inputNamed(file)?.kind === 'messages' ? 'messages' : 'rows'] += textSize(file, size);
      }
      return {
        home: bytes.rows * ofInput.home + bytes.messages * ofMessages,
        neo4j: bytes.rows * ofInput.neo4j,
        postgres: 0,
      };
    }
    case 'closest':
      return { home: 0, neo4j: closest * ofConnection, postgres: closest * ofRow };
    case 'recommend':
      return { home: 0, neo4j: 0, postgres: (recommendations + reasons) * ofRow };
    default:
      return { home: 0, neo4j: 0, postgres: 0 };
  }
}

function textSize(file: string, size: number): number {
  return file.endsWith('.gz') ? size * unpacked : size;
}
