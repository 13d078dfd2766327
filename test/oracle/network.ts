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

/** Something that ends or forbids. */
export interface Word {
  type: 'unfollow' | 'block' | 'mute' | 'unblock' | 'unmute' | 'dismiss';
  user: number;
  other: number;
  /** epoch seconds, whole */
  at: number;
  /** Of a block or mute: epoch seconds, exclusive; null if it has no end. */
  until?: number | null;
}

export interface Network {
  activities: Activity[];
  words?: Word[];
  /** Whole lists of follows: a line each, those of one user and time are one list. A folder's are of its date. */
  snapshots?: { user: number; other: number; at: number }[];
  /** Whether users may be recommended, where that is known. */
  discoverable?: Map<number, boolean>;
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
  /** 90 if undefined. */
  dismissDays?: number;
  /** Only who has done something in so many days is recommended. */
  activeDays?: number;
  /** Whether follows after the as-of exclude, too. */
  excludeLaterFollows?: boolean;
  /** The run's list of scores; undefined is a run without a list. */
  reputation: Map<number, number> | undefined;
}

export interface Case {
  network: Network;
  options: OracleOptions;
}
