import { BadInputError } from '../errors.ts';

const largestUserId = 2 ** 31 - 1;

/** A user id as somebody gives it, on the command line or in an address. @throws BadInputError if it is none */
export function readUserId(text: string): number {
  if (!/^\d{1,10}$/.test(text) || Number(text) > largestUserId)
    throw new BadInputError(`A user id is a whole number from 0 to ${largestUserId}.`);
  return Number(text);
}
