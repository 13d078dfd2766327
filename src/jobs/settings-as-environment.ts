import type { RunSettings } from './run.ts';

/** The variables KITH_… that give a run's settings, but for whether there is a list of scores. */
export function settingsAsEnvironment({ weighting, ...settings }: RunSettings): Record<string, string> {
  const { windowSeconds, decay, bases, minReputation } = weighting;
  const { ranking, recommendEngaged, dismissDays, activeDays, excludeLaterFollows } = settings;
  const { popularAtMost, strangersAtMost } = settings;
  return {
    KITH_WINDOW_DAYS: String(windowSeconds / 86_400),
    KITH_DECAY: decay.kind,
    ...(decay.kind === 'exponential' ? { KITH_HALF_LIFE_DAYS: String(decay.halfLifeSeconds / 86_400) } : {}),
    KITH_BASE_FOLLOW: String(bases.follow / 1000),
    KITH_BASE_REPLY: String(bases.reply / 1000),
    KITH_BASE_LIKE: String(bases.like / 1000),
    KITH_BASE_MENTION: String(bases.mention / 1000),
    KITH_MIN_REPUTATION: String(minReputation),
    KITH_RANKING: ranking,
    KITH_RECOMMEND_ENGAGED: recommendEngaged ? 'yes' : 'no',
    ...(dismissDays === undefined ? {} : { KITH_DISMISS_DAYS: String(dismissDays) }),
    ...(activeDays === undefined ? {} : { KITH_RECOMMEND_ACTIVE_DAYS: String(activeDays) }),
    ...(excludeLaterFollows ? { KITH_EXCLUDE_LATER_FOLLOWS: 'yes' } : {}),
    ...(popularAtMost === undefined ? {} : { KITH_POPULAR_AT_MOST: String(popularAtMost) }),
    ...(strangersAtMost === undefined ? {} : { KITH_STRANGERS_AT_MOST: String(strangersAtMost) }),
  };
}

/** A variable that differs between two runs; undefined where it is not set. */
export interface ChangedSetting {
  name: string;
  now?: string;
  before?: string;
}

/** Which of a run's variables are others than those of another. */
export function changedSettings(now: RunSettings, before: RunSettings): ChangedSetting[] {
  const [ofNow, ofBefore] = [settingsAsEnvironment(now), settingsAsEnvironment(before)];
  return [...new Set([...Object.keys(ofBefore), ...Object.keys(ofNow)])]
    .map((name) => ({ name, now: ofNow[name], before: ofBefore[name] }))
    .filter((one) => one.now !== one.before);
}
