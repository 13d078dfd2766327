import type { Day } from '../data.ts';
import type { Done } from './disturb.ts';
import type { Moment, Plan } from './plan.ts';
import type { Digest, Stage } from './stage.ts';

/** A day's folder, and what an undisturbed run of it leaves and takes. */
export interface KnownDay extends Day {
  digest: Digest;
  seconds: Record<Moment, number>;
}

/** What is disturbed in a round: its home and its day, and what is known of both so far. */
export interface Scene {
  stage: Stage;
  day: KnownDay;
  plan: Plan;
  done: Done[];
  /** A sentence for everything that was not as it has to be. */
  faults: string[];
}
