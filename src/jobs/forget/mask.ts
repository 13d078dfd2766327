import type { ShownId, UserId } from '../../user-id.ts';

/** A text in quotes, as messages have what comes from the input. */
const inQuotes = /"(?:[^"\\]|\\.)*"/g;

/** Gives a message without a user. */
export type Mask = (message: string) => string;

/**
 * Puts `***` in the place of a user in messages: of the number, and where ids are texts of the text as well, but only of
 * one that is whole and in quotes. So words of Kith's own stay, and so does whoever else has the text in theirs.
 *
 * @param seen the user as people see them
 */
export function maskOf(userId: UserId, seen: ShownId): Mask {
  const number = new RegExp(`(?<!\\d)0*${userId}(?!\\d)`, 'g');
  const text = typeof seen === 'string' ? JSON.stringify(seen) : undefined;
  return (message) => message.replace(inQuotes, (one) => (one === text ? '"***"' : one)).replace(number, '***');
}

/** Masks the texts in a value of JSON; keys stay. */
export function masked<T>(value: T, mask: Mask): T {
  if (typeof value === 'string') return mask(value) as T;
  if (Array.isArray(value)) return value.map((one) => masked(one, mask)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, masked(one, mask)])) as T;
}
