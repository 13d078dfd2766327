const daySeconds = 86_400;
const weekSeconds = 7 * daySeconds;
/** 1970-01-01 was a Thursday: the Monday of its week is three days earlier. */
const mondayOffset = 3 * daySeconds;

/**
 * The ISO 8601 week (Monday to Sunday, UTC) of an instant in epoch seconds, as the number of weeks since the week of
 * 1970-01-01.
 */
export function isoWeek(instant: number): number {
  return Math.floor((instant + mondayOffset) / weekSeconds);
}

/**
 * The ISO 8601 name of a week number from {@link isoWeek}, e.g. `2015-W53`. A week belongs to the year of its Thursday.
 */
export function isoWeekName(week: number): string {
  const thursday = new Date((week * weekSeconds - mondayOffset + 3 * daySeconds) * 1000);
  const year = thursday.getUTCFullYear();
  const dayOfYear = (thursday.getTime() - new Date(thursday).setUTCMonth(0, 1)) / (daySeconds * 1000);
  const number = Math.floor(dayOfYear / 7) + 1;
  return `${String(year).padStart(4, '0')}-W${String(number).padStart(2, '0')}`;
}
