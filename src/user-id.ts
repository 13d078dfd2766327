import { createHash } from 'node:crypto';
import { BadInputError, inQuotes } from './errors.ts';

/** What user ids may be, as KITH_USER_IDS says. */
export type UserIdKind = 'int' | 'bigint' | 'text';

/**
 * A user's id: a number where a JavaScript number holds it exactly, a BigInt beyond. So each id is written in one way,
 * and `===`, `<`, Map and Set work whatever an id is; where ids are `int`, none is ever a BigInt. Where ids are texts it
 * is the text's number, see {@link numberOfText}.
 */
export type UserId = number | bigint;

/** An id as people see it: a text where ids are texts. */
export type ShownId = UserId | string;

/** The largest number of an id of each kind. */
export const largestUserId: Readonly<Record<UserIdKind, bigint>> = {
  int: 2n ** 31n - 1n,
  bigint: 2n ** 63n - 1n,
  text: 2n ** 63n - 1n,
};

/** The most bytes of an id that is a text. */
export const mostIdBytes = 255;

const largestExact = BigInt(Number.MAX_SAFE_INTEGER);

/** A whole number, or its decimal digits, as a user's id. */
export function userIdOf(id: bigint | number | string): UserId {
  if (typeof id === 'number') return id;
  const exact = BigInt(id);
  return exact > largestExact ? exact : Number(exact);
}

/** Whether ids of a kind take 64 bits. */
export function isWide(kind: UserIdKind | undefined): boolean {
  return kind !== undefined && kind !== 'int';
}

/**
 * The number of an id that is a text: the first 8 bytes of its SHA-256, big-endian, shifted right by one. It depends on
 * nothing but the text's UTF-8.
 */
export function numberOfText(text: string | Uint8Array): bigint {
  return createHash('sha256').update(text).digest().readBigUInt64BE() >> 1n;
}

/** The error for two texts that have one number. */
export function collisionOf(number: UserId | string, one: string, other: string): BadInputError {
  return new BadInputError(
    `The ids ${inQuotes([one])} and ${inQuotes([other])} have one number, ${number}, by which Kith could not tell them ` +
      'apart: give one of these users another id; nothing from this folder was used.',
  );
}

/** Why a text is no id, as what it is; undefined if it may be one. Postgres can't hold a NUL. */
export function faultOfText(text: string): string | undefined {
  if (text === '') return 'empty';
  if (/\p{Surrogate}/u.test(text)) return 'broken UTF-8';
  if (text.includes('\0')) return 'NUL byte';
  return Buffer.byteLength(text) > mostIdBytes ? `longer than ${mostIdBytes} bytes` : undefined;
}

/**
 * An id as a part of an address. Clients resolve the parts `.` and `..` themselves, even percent-encoded: these get a
 * `~`, and so does what would look like them then.
 */
export function idInPath(id: ShownId): string {
  const text = String(id);
  return encodeURIComponent(/^\.\.?~*$/.test(text) ? `${text}~` : text);
}

/** The id in a part of an address that {@link idInPath} made, once it is percent-decoded. */
export function idOfPath(part: string): string {
  return part.replace(/^(\.\.?~*)~$/, '$1');
}

/** For sorting by id. */
export function compareIds(a: ShownId, b: ShownId): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
