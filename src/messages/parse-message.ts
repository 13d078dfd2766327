import { z } from 'zod';
import { parseInstant } from '../ingest/instant.ts';
import { cleanText } from './clean.ts';
import type { Message } from './message.ts';

const largestUser = 2 ** 31 - 1;
const largestMessage = 2n ** 63n - 1n;

/**
 * An id with more digits than a JavaScript number holds. `"id":` with these quotes can only be a key: inside of a text its
 * quotes are escaped.
 */
const longId = /("(?:id|user_id)"\s*:\s*)([1-9]\d{15,})(?=\s*[,}])/g;
const hasLongId = /id"\s*:\s*[1-9]\d{15}/;

/** The two forms: flat, as in exports, and as StockTwits' API gives messages. What else an object holds is not looked at. */
const form = z.object({
  id: z.union([z.number(), z.string()]),
  user_id: z.union([z.number(), z.string()]).nullish(),
  body: z.string(),
  created_at: z.string(),
  recommended: z.union([z.literal(0), z.literal(1), z.boolean()]).nullish(),
  links: z.array(z.object({ description: z.string().nullish() })).nullish(),
  user: z
    .object({ id: z.union([z.number(), z.string()]).nullish(), classification: z.array(z.string()).nullish() })
    .nullish(),
});

/** Where a field of the form is, and what it should be, for the person whose file it is. */
const expected: Readonly<Record<string, string>> = {
  id: 'a whole number',
  user_id: 'a whole number',
  body: 'a text',
  created_at: 'a time',
  recommended: '0 or 1',
  links: 'a list of links',
  user: 'an object with id and classification',
};

/** A message of its line of JSON; or the reason why the line is bad. */
export function parseMessage(line: string): Message | string {
  let json: unknown;
  try {
    json = JSON.parse(hasLongId.test(line) ? line.replace(longId, '$1"$2"') : line);
  } catch {
    return 'no JSON object';
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return 'no JSON object';
  const parsed = form.safeParse(json);
  if (!parsed.success) {
    const [field] = parsed.error.issues[0]?.path ?? [];
    const value = (json as Record<string, unknown>)[String(field)];
    return value === undefined ? `no ${String(field)}` : `${String(field)} is not ${expected[String(field)]}`;
  }
  const { id, user_id, body, created_at, recommended, links, user } = parsed.data;
  const userField = user_id == null ? 'user.id' : 'user_id';
  const messageId = wholeNumber(id);
  if (messageId === undefined) return 'id is not a whole number';
  if (messageId > largestMessage) return 'id is out of range';
  if (user_id == null && user?.id == null) return 'no user_id';
  const userId = wholeNumber(user_id ?? user?.id ?? '');
  if (userId === undefined) return `${userField} is not a whole number`;
  if (userId > largestUser) return `${userField} is out of range`;
  const at = parseInstant(created_at);
  if (at === undefined) return 'created_at is not a date that exists';
  let isGood: boolean | undefined;
  if (recommended != null) isGood = Boolean(recommended);
  else if (user?.classification) isGood = user.classification.includes('suggested');
  const texts = [body, ...(links ?? []).map(({ description }) => description ?? '')];
  const words = texts
    .map(cleanText)
    .filter((text) => text !== '')
    .join(' ');
  return { id: messageId, userId: Number(userId), at, words, isGood };
}

function wholeNumber(value: number | string): bigint | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : undefined;
  return /^\d{1,20}$/.test(value) ? BigInt(value) : undefined;
}
