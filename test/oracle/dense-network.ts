import type { Activity, Case, Network } from './network.ts';
import { activityTypes } from './network.ts';
import { seededRandom } from './seeded-random.ts';

const users = 130;
const hubs = 30;
const day = 86_400;
const asOf = Date.UTC(2021, 2, 15) / 1000;

/**
 * 130 users, the same for the same seed. The 30 hubs engage with 65 to 110 others each, a tenth of them suspended, at
 * three instants only, so the 50th closest connection is a tie; the others engage with 3 to 12, so do 20th
 * recommendations. No reputation, linear decay, window 90 days, base 1.
 */
export function denseNetwork(seed: number): Case {
  const random = seededRandom(seed);
  const ids = Array.from({ length: users }, (_, index) => 5 + 17 * ((index * 37 + seed) % users));
  const network: Network = { activities: [], suspended: new Map() };
  // Users near the end of the list have no known flag; one in ten of the others is suspended.
  for (const id of ids.slice(0, users - 20)) network.suspended.set(id, random(10) === 0);

  ids.forEach((user, index) => {
    const count = index < hubs ? 65 + random(46) : 3 + random(10);
    const start = random(users);
    for (let step = 0; step < count; step++) {
      // 7 and 130 have no common divisor, so a user's steps lead to different users.
      const engaged = ids[(start + step * 7) % users] as number;
      const activity = randomActivity(user, engaged, random);
      network.activities.push(activity);
      if (random(5) === 0) network.activities.push(randomActivity(user, engaged, random));
      if (random(20) === 0) network.activities.push({ ...activity });
    }
  });
  return {
    network,
    options: {
      asOf,
      windowSeconds: 90 * day,
      decay: { kind: 'linear' },
      bases: { follow: 1000, reply: 1000, like: 1000, mention: 1000 },
      minReputation: 0.5,
      reputation: undefined,
    },
  };
}

/** One in sixteen is a follow: enough to be filtered, few enough to leave more than 20 recommendations. */
function randomActivity(user: number, engaged: number, random: (below: number) => number): Activity {
  const type = random(16) === 0 ? 'follow' : (activityTypes[1 + random(3)] ?? 'like');
  const message = type === 'follow' ? null : 2n ** 53n + BigInt(random(1_000_000));
  return { type, user, engaged, message, at: asOf - (1 + random(3)) * day };
}
