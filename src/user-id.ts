/** What user ids may be, as KITH_USER_IDS says. */
export type UserIdKind = 'int' | 'bigint';

/**
 * A user's id: a number where a JavaScript number holds it exactly, a BigInt beyond. So each id is written in one way,
 * and `===`, `<`, Map and Set work whatever an id is; where ids are `int`, none is ever a BigInt.
 */
export type UserId = number | bigint;

/** The largest user id of each kind. */
export const largestUserId: Readonly<Record<UserIdKind, bigint>> = { int: 2n ** 31n - 1n, bigint: 2n ** 63n - 1n };

const largestExact = BigInt(Number.MAX_SAFE_INTEGER);

/** A whole number, or its decimal digits, as a user's id. */
export function userIdOf(id: bigint | number | string): UserId {
  if (typeof id === 'number') return id;
  const exact = BigInt(id);
  return exact > largestExact ? exact : Number(exact);
}

/** For sorting by id. */
export function compareIds(a: UserId, b: UserId): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
