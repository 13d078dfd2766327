import { z } from 'zod';
import { faultOfText, mostIdBytes, type UserIdKind } from '../user-id.ts';

/** What a request may hold and what an answer does: requests are checked by these, and openapi.json is made of them. */

const wholeId = z
  .string()
  .regex(/^(0|[1-9]\d{0,18})$/, 'should be a user id, a whole number')
  // Texts of one length are in the order of their numbers.
  .refine((text) => text.length < 19 || text <= '9223372036854775807', 'should be a user id, below 2^63')
  .describe("A user's id, as text: a double would not hold every one");

const textId = z
  .string()
  .min(1, 'should be a user id')
  .refine((text) => faultOfText(text) === undefined, `should be a user id of at most ${mostIdBytes} bytes`)
  .describe("A user's id, as the network has it; in an address `.` and `..` are written `.~` and `..~`");

const decimal = z
  .string()
  .regex(/^\d+\.\d+$/)
  .describe('An exact decimal, as text');

const run = z.string().describe('The run that this is of; also the ETag');

const most = (limit: number) =>
  z.coerce
    .number(`should be a whole number from 1 to ${limit}`)
    .int(`should be a whole number from 1 to ${limit}`)
    .min(1, `should be a whole number from 1 to ${limit}`)
    .max(limit, `should be a whole number from 1 to ${limit}`)
    .default(limit)
    .describe('How many, the first ones');

/** The addresses: what each takes and gives, with ids of a kind. */
const addressesOf = (id: z.ZodString) => ({
  '/v1/users/{id}/recommendations': {
    about: 'Whom the user should follow, the best first; empty if nobody, or if no file names the user',
    path: z.object({ id }),
    query: z.object({ limit: most(20) }),
    answer: z.object({
      run,
      user: id,
      recommendations: z.array(z.object({ user: id, rank: z.int(), score: decimal, source: z.string() })),
    }),
  },
  '/v1/users/{id}/closest': {
    about: 'Whom the user is closest to, the closest first; empty if nobody, or if no file names the user',
    path: z.object({ id }),
    query: z.object({ limit: most(50) }),
    answer: z.object({ run, user: id, closest: z.array(z.object({ user: id, rank: z.int(), weight: decimal })) }),
  },
  '/v1/users/{id}/recommendations/{rec}/reasons': {
    about: 'Because of whom somebody is recommended to the user; 404 if they are not',
    path: z.object({ id, rec: id }),
    query: z.object({}),
    answer: z.object({
      run,
      user: id,
      recommended: id,
      reasons: z.array(z.object({ user: id, weight: decimal, source: z.string() })),
    }),
  },
  '/v1/run': {
    about: 'The run that is published; 404 before the first',
    path: z.object({}),
    query: z.object({}),
    answer: z.object({
      run,
      asOf: z.iso.datetime(),
      publishedAt: z.iso.datetime(),
      filtered: z.boolean().describe('Whether only people of good reputation are recommended'),
      ranking: z.string(),
      closestRows: z.string(),
      recommendationRows: z.string(),
      reasonRows: z.string(),
    }),
  },
});

const [ofNumbers, ofTexts] = [addressesOf(wholeId), addressesOf(textId)];

export function addressesFor(userIds: UserIdKind | undefined): Addresses {
  return userIds === 'text' ? ofTexts : ofNumbers;
}

export type Addresses = typeof ofNumbers;
export type Address = keyof Addresses;
export type PathOf<A extends Address> = z.infer<Addresses[A]['path']>;
export type QueryOf<A extends Address> = z.infer<Addresses[A]['query']>;
export type Answer<A extends Address> = z.infer<Addresses[A]['answer']>;

/** What is wrong, by RFC 9457. */
export const problem = z.object({ title: z.string(), status: z.int(), detail: z.string() });
