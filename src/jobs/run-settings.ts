import type { Ranking } from '../config/settings.ts';

/** What changes a run's numbers, as kept with the run: only runs with equal settings are compared. */
export interface RunSettings {
  ranking: Ranking;
  /** `list`: filtered by a list of scores; `none`: nobody was filtered. */
  reputation: 'list' | 'none';
}

/** A run, from its start on. */
export interface Run {
  id: string;
  /** Epoch seconds. */
  asOf: number;
  /** ISO 8601; the updated_at of its rows. */
  startedAt: string;
  settings: RunSettings;
}
