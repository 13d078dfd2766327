import { defaultDismissDays } from '../config/environment.ts';
import type { ComputingEngine, Recommending, Weighting } from '../config/settings.ts';
import type { WordsAsOf } from '../graph/words.ts';
import { rankings } from '../scoring/ranking/rankings.ts';
import type { Wanted } from '../scoring/ranking/recommend.ts';
import type { StepName } from './step-name.ts';
import type { Waiver } from './waivers.ts';

/** What changes a run's numbers, as kept with the run: only runs with equal settings are compared. */
export interface RunSettings extends Recommending {
  weighting: Weighting;
  /** `list`: filtered by a list of scores; `none`: nobody was filtered. */
  reputation: 'list' | 'none';
}

/** Where a run's list of scores comes from: a CSV of scores, or a model's folder. */
export interface ScoresPlace {
  kind: 'list' | 'model';
  place: string;
}

/** `done`: a run of some steps only, all of them done, and publish not among them. */
export type RunStatus = 'queued' | 'running' | 'done' | 'published' | 'failed';

export function isOver(status: RunStatus): boolean {
  return status !== 'queued' && status !== 'running';
}

/** What the numbers of a run's rows follow from. */
export interface RunFacts {
  id: string;
  /** Epoch seconds. */
  asOf: number;
  /** ISO 8601, by Postgres' clock; the updated_at of its rows. Of a run that waits it is when it was queued. */
  startedAt: string;
  settings: RunSettings;
}

/** What a run recommends. */
export function wantedOf({ asOf, startedAt, settings }: Pick<RunFacts, 'asOf' | 'startedAt' | 'settings'>): Wanted {
  const { weighting, ranking, reputation, recommendEngaged, popularAtMost, strangersAtMost } = settings;
  const { dismissDays, activeDays, excludeLaterFollows } = settings;
  return {
    asOf,
    weighting,
    ranking: rankings[ranking],
    recommendEngaged,
    popularAtMost,
    strangersAtMost,
    dismissDays,
    activeDays,
    followsUntil: excludeLaterFollows ? Math.floor(Date.parse(startedAt) / 1000) : undefined,
    filter: { filtered: reputation === 'list', minReputation: weighting.minReputation },
  };
}

/** As of when, and for how long, words that end or forbid count. */
export function wordsOf({ asOf, dismissDays = defaultDismissDays, followsUntil }: Wanted): WordsAsOf {
  return { asOf, dismissSeconds: dismissDays * 86_400, followsUntil };
}

/** A row of kith.runs. */
export interface Run extends RunFacts {
  /** What computes it; its numbers don't depend on that. */
  engine: ComputingEngine;
  status: RunStatus;
  /** The steps that it consists of: all of the pipeline, or those that were called by hand. */
  steps: readonly StepName[];
  /** The day's folder; undefined for steps that need none. */
  input: string | undefined;
  /** Undefined: nobody is filtered by reputation. */
  scores: ScoresPlace | undefined;
  /** What would otherwise stop it. */
  allowed: readonly Waiver[];
  /**
   * From the queue: workers conduct it, try errors again, and wait for its folder. Otherwise the process that began it
   * does.
   */
  isQueued: boolean;
}
