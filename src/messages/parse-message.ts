import { z } from 'zod';
import { instantBy, type TimeForm, textTimes, timeReason } from '../ingest/time-forms.ts';
import { faultOfText, largestUserId, numberOfText, type UserIdKind, userIdOf } from '../user-id.ts';
import { cleanText } from './clean.ts';
import type { Message } from './message.ts';

const largestMessage = 2n ** 63n - 1n;

/**
 * An id with more digits than a JavaScript number can hold. `"id":` with these quotes can only be a key, because quotes
 * inside a text are escaped.
 */
const longId = /("(?:id|user_id)"\s*:\s*)([1-9]\d{15,})(?=\s*[,}])/g;
const hasLongId = /id"\s*:\s*[1-9]\d{15}/;

/** The fields of both forms; on other networks `user` and `links` may be anything, see below. */
const form = z.object({
  id: z.union([z.number(), z.string()]),
  user_id: z.union([z.number(), z.string()]).nullish(),
  body: z.string(),
  created_at: z.union([z.string(), z.number()]),
  recommended: z.union([z.literal(0), z.literal(1), z.boolean()]).nullish(),
  links: z.unknown().optional(),
  user: z.unknown().optional(),
});

/** What a field should be, for the rejects file. */
const expected: Readonly<Record<string, string>> = {
  id: 'a whole number',
  user_id: 'a whole number',
  body: 'a text',
  created_at: 'a time',
  recommended: '0 or 1',
};

/** The user inside a message from StockTwits' API; elsewhere `user` may be a name, and is ignored. */
const apiUser = z.object({
  id: z.union([z.number(), z.string()]).nullish(),
  classification: z.array(z.string()).nullish(),
});

/**
 * Parses a message from a line of JSON, or returns why the line is bad.
 *
 * @param latest epoch seconds: a message after it is bad
 */
export function parseMessage(
  line: string,
  latest = Number.POSITIVE_INFINITY,
  times = textTimes,
  userIds: UserIdKind = 'int',
): Message | string {
  let json: unknown;
  try {
    json = JSON.parse(hasLongId.test(line) ? line.replace(longId, '$1"$2"') : line);
  } catch {
    return 'no JSON object';
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return 'no JSON object';
  return judgeMessage(json, latest, times, userIds);
}

/** The message that an object is, or why it is none. */
export function judgeMessage(
  json: object,
  latest: number,
  times: TimeForm,
  userIds: UserIdKind = 'int',
): Message | string {
  const parsed = form.safeParse(json);
  if (!parsed.success) {
    const [field] = parsed.error.issues[0]?.path ?? [];
    const value = (json as Record<string, unknown>)[String(field)];
    if (value === undefined) return `no ${String(field)}`;
    const isId = field === 'id' || field === 'user_id';
    return `${String(field)} is not ${isId && userIds === 'text' ? 'a text' : expected[String(field)]}`;
  }
  const { id, user_id, body, created_at, recommended, links } = parsed.data;
  // Most messages have no user, and that is not worth an error each.
  const user = parsed.data.user === undefined ? undefined : apiUser.safeParse(parsed.data.user).data;
  const messageId = idOf(id, largestMessage, userIds);
  if (typeof messageId === 'string') return `id is ${messageId}`;
  const owner = user_id ?? user?.id;
  if (owner == null) return 'no user_id';
  const userId = idOf(owner, largestUserId[userIds], userIds);
  if (typeof userId === 'string') return `${user_id == null ? 'user.id' : 'user_id'} is ${userId}`;
  const time = String(created_at);
  const at = instantBy(times, time);
  if (Number.isNaN(at)) return timeReason(times, time, 'created_at');
  if (at > latest) return 'created_at is more than a day in the future';
  let isGood: boolean | undefined;
  if (recommended != null) isGood = Boolean(recommended);
  else if (user?.classification) isGood = user.classification.includes('suggested');
  const words = [body, ...descriptionsOf(links)]
    .map(cleanText)
    .filter((text) => text !== '')
    .join(' ');
  const message = { id: messageId, userId: userIdOf(userId), at, words, isGood };
  return userIds === 'text' ? { ...message, userText: String(owner) } : message;
}

function descriptionsOf(links: unknown): string[] {
  if (!Array.isArray(links)) return [];
  return links.map((link) => link?.description).filter((description) => typeof description === 'string');
}

/** Returns the number of an id, or what is wrong with it. */
function idOf(value: number | string, largest: bigint, userIds: UserIdKind): bigint | string {
  if (userIds !== 'text') return wholeNumber(value, largest);
  // A number beyond 2^53 is not the one that was written.
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return 'not a text';
  const fault = faultOfText(String(value));
  return fault === undefined ? numberOfText(String(value)) : fault === 'NUL byte' ? 'a text with a NUL byte' : fault;
}

/** Returns the number, or what is wrong with it. */
function wholeNumber(value: number | string, largest: bigint): bigint | string {
  const isWhole = typeof value === 'number' ? Number.isInteger(value) && value >= 0 : /^\d+$/.test(value);
  if (!isWhole) return 'not a whole number';
  // Converting a megabyte of digits to a BigInt takes seconds; a number beyond 2^53 is not the one that was written.
  const isLong = typeof value === 'number' ? !Number.isSafeInteger(value) : value.length > 20;
  if (isLong || BigInt(value) > largest) return 'out of range';
  return BigInt(value);
}
