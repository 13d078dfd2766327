export type ActivityType = 'follow' | 'reply' | 'like' | 'mention';
export const activityTypes: readonly ActivityType[] = ['follow', 'reply', 'like', 'mention'];

export interface Activity {
  type: ActivityType;
  user: number;
  engaged: number;
  /** null for a follow, an id for everything else */
  message: bigint | null;
  /** epoch seconds, whole */
  at: number;
}

export interface Network {
  activities: Activity[];
  /** The users whose flag is known; everyone else is not suspended. */
  suspended: Map<number, boolean>;
}

export interface OracleOptions {
  /** epoch seconds, whole */
  asOf: number;
  /** whole */
  windowSeconds: number;
  decay: { kind: 'linear' } | { kind: 'exponential'; halfLifeSeconds: number };
  /** Weight of one activity of age 0, in thousandths. */
  bases: Record<ActivityType, number>;
  minReputation: number;
  /** The run's list of scores; undefined is a run without a list. */
  reputation: Map<number, number> | undefined;
}

export interface Case {
  network: Network;
  options: OracleOptions;
}
