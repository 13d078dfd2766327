/**
 * What drops a candidate (u, w), in the order in which it is asked: only the first that catches one is counted. `kind` is
 * what `kith show --why` calls it; `column` has the counts in the rows of statements.
 */
export const filters = [
  { name: 'self', kind: 'self', column: 'self' },
  { name: 'blocked', kind: 'blocked', column: 'blockedOnes' },
  { name: 'muted', kind: 'muted', column: 'mutedOnes' },
  { name: 'followed', kind: 'followed', column: 'followedAlready' },
  { name: 'followedSince', kind: 'followed-since', column: 'followedLater' },
  { name: 'engaged', kind: 'engaged', column: 'engagedAlready' },
  { name: 'dismissed', kind: 'dismissed', column: 'dismissedOnes' },
  { name: 'undiscoverable', kind: 'undiscoverable', column: 'undiscoverable' },
  { name: 'inactive', kind: 'inactive', column: 'inactiveOnes' },
  { name: 'reputation', kind: 'reputation', column: 'notGood' },
] as const;

export type FilterName = (typeof filters)[number]['name'];
export type FilterColumn = (typeof filters)[number]['column'];

/** How many candidates each filter dropped; left out are those that caught nobody, but for what every run tells. */
export type DroppedCandidates = Partial<Record<FilterName, number>>;

/** @param counts in the order of {@link filters} */
export function droppedBy(counts: readonly number[], recommendEngaged: boolean): DroppedCandidates {
  const always: FilterName[] = ['self', 'followed', 'reputation', ...(recommendEngaged ? [] : ['engaged' as const])];
  const all = filters.map(({ name }, i) => [name, counts[i] ?? 0] as const);
  return Object.fromEntries(all.filter(([name, count]) => count > 0 || always.includes(name)));
}

/** What is told of each filter, in their order. */
export function toldOf(dropped: DroppedCandidates): { name: FilterName; text: string; dropped: number }[] {
  return filters.flatMap(({ name, kind }) => {
    const count = dropped[name];
    return count === undefined ? [] : [{ name, text: kind.replace('-', ' '), dropped: count }];
  });
}
