import type { Changes } from '../export/changes.ts';
import type { CheckOutcome } from '../export/checks.ts';
import type { RowCounts } from '../export/published-tables.ts';
import type { Computing } from '../graph/compiled.ts';
import type { DrawnConnections } from '../graph/draw.ts';
import type { UnreadNames } from '../ingest/day-folder.ts';
import type { FileCount } from '../ingest/judge-file.ts';
import type { DroppedCandidates } from '../scoring/ranking/filters.ts';
import { type StepName, stepNames } from './step-name.ts';
import type { Waiver } from './waivers.ts';

/** The result of a run; every step adds its part. It is kept with the run and shown at its end. */
export interface RunSummary {
  /** What spoke against the run and was allowed. */
  waived?: Waiver[];
  /** Lines by file: parsed + rejected = lines. */
  files?: FileCount[];
  /** What was in the folder besides its files, and was not read. */
  unread?: UnreadNames;
  /** The file of rejected lines. */
  rejects?: string;
  /** Equal activities beyond the first. */
  repeated?: number;
  /** Rows and messages of the folder that name somebody who was forgotten, and were left out. */
  forgotten?: number;
  /** Activities of the folder that were too old to be stored. */
  expired?: number;
  /** Activities of the folder that do not count: later than the as-of, and before the window. */
  later?: number;
  beforeWindow?: number;
  loader?: 'bulk' | 'merge';
  /** Activities that were new to the graph. */
  added?: number;
  /** Users and activities in the graph after ingest. */
  graph?: { users: number; activities: number };
  /** The run was no run, but `kith rebuild`. */
  isRebuilt?: true;
  /** Where Spark has left its tables: of closest and recommend, and the list of scores. */
  sparkClosest?: string;
  sparkRecommend?: string;
  sparkScores?: string;
  /** Whether the closest connections that Spark has computed are drawn in Neo4j after the publish. */
  isSparkDrawn?: boolean;
  /** By what connections and recommendations were computed. */
  computing?: Computing;
  /** Closest connections written to their next table. */
  closest?: number;
  /** Messages that are new or have changed. */
  messages?: number;
  /** `none`: nobody was filtered by reputation. */
  reputation?: ReputationSummary | 'none';
  /** A hash of the scores that were set: equal ones of another run are as good. */
  scores?: string;
  dropped?: { suspended?: number } & DroppedCandidates;
  /** Recommendations and reasons written to their next tables. */
  recommended?: number;
  rows?: RowCounts;
  checks?: CheckOutcome[];
  /** What a dry run would change. */
  changes?: Changes & { droppedBefore?: RunSummary['dropped'] };
  /** What the newest lists that are at least a day and a week older have come to. */
  pastLists?: PastLists;
  /** Changes of CLOSEST_TO after the publish. */
  drawn?: DrawnConnections;
  /** How many connections were too many to be drawn by themselves. */
  undrawn?: number;
  /** Activities that had grown too old and were removed after the publish. */
  removed?: number;
  /** Folders of old runs that were removed when the run began. */
  pruned?: number;
  /** Work after the publish that was not finished, and why; the next run does it. */
  leftUndone?: Record<string, string>;
  /** Seconds per step. */
  seconds?: Record<string, number>;
}

export interface PastLists {
  yesterday?: JudgedList;
  lastWeek?: JudgedList;
}

/** What the recommendations of an earlier run have come to since its as-of. */
export interface JudgedList {
  /** The earlier run's, ISO 8601. */
  asOf: string;
  /** Users who were there before and have turned to somebody new, whom they hadn't engaged with or followed. */
  users: number;
  /** Of them, those who turned to somebody recommended to them; and those who turned to one of the 20 most popular. */
  recommended: number;
  popular: number;
}

export interface ReputationSummary {
  /** Where the list of scores lies. */
  list: string;
  /** Users of the graph that have a score. */
  scored: number;
  /**
   * If a model made the list: its folder, the number of user-weeks, and how many of them were scored for the first
   * time.
   */
  model?: { folder: string; weeks: number; scored: number };
}

/**
 * The summary of a run from those of its steps, which may have run side by side: in the pipeline's order, later figures
 * win.
 */
export function summaryOf(steps: readonly { name: StepName; summary: RunSummary }[]): RunSummary {
  const merged: RunSummary = {};
  for (const { summary } of stepNames.flatMap((name) => steps.filter((step) => step.name === name)))
    Object.assign(merged, summary, {
      dropped: { ...merged.dropped, ...summary.dropped },
      seconds: { ...merged.seconds, ...summary.seconds },
    });
  return merged;
}
