/** Why a candidate (u, w) was dropped: the first filter that caught it. */
export interface DroppedCandidates {
  self: number;
  followed: number;
  /** Left out where nobody is dropped for it. */
  engaged?: number;
  reputation: number;
  /** Left out where it is none. */
  blocked?: number;
  muted?: number;
  followedSince?: number;
  dismissed?: number;
  undiscoverable?: number;
  inactive?: number;
}

/** The filters in words, in the order in which they are asked. */
export const filterWords: Record<keyof DroppedCandidates, string> = {
  self: 'self',
  blocked: 'blocked',
  muted: 'muted',
  followed: 'followed',
  followedSince: 'followed since',
  engaged: 'engaged',
  dismissed: 'dismissed',
  undiscoverable: 'undiscoverable',
  inactive: 'inactive',
  reputation: 'reputation',
};

export const filterNames = Object.keys(filterWords) as (keyof DroppedCandidates)[];
