/** Users by what they had done up to the cut: from how many activities on each group is. */
const activityGroups = [
  { name: 'nothing', from: 0 },
  { name: '1', from: 1 },
  { name: '2 to 4', from: 2 },
  { name: '5 to 19', from: 5 },
  { name: '20 to 99', from: 20 },
  { name: '100 or more', from: 100 },
] as const;

/** Their names, the least active first; who had done nothing is judged apart. */
export const activityGroupNames = activityGroups.slice(1).map(({ name }) => name);

export function activityGroupOf(activities: number): string {
  return activityGroups.findLast(({ from }) => activities >= from)?.name ?? 'nothing';
}

/** Those who may be recommended, by their place among all: up to which share of them each group goes. */
const popularityGroups = [
  { name: 'top 0.1 %', upTo: 0.001 },
  { name: 'top 1 %', upTo: 0.01 },
  { name: 'top 10 %', upTo: 0.1 },
  { name: 'the rest', upTo: 1 },
] as const;

/** Those who had not been there up to the cut, or are not good: no ranking can find them. */
export const unreachable = 'not to be found';

/** Their names, the most popular first. */
export const popularityGroupNames = [...popularityGroups.map(({ name }) => name), unreachable];

/**
 * @param place by the number of users who have engaged with somebody, from 1; undefined if they may not be recommended
 * @param catalogue how many may be recommended
 */
export function popularityGroupOf(place: number | undefined, catalogue: number): string {
  if (place === undefined) return unreachable;
  return popularityGroups.find(({ upTo }) => place <= Math.ceil(upTo * catalogue))?.name ?? 'the rest';
}
