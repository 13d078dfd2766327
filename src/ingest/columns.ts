import { isUtf8 } from 'node:buffer';
import { several } from '../figures.ts';
import { largestUserId, mostIdBytes, numberOfText, type UserId, type UserIdKind, userIdOf } from '../user-id.ts';
import type { LineFields } from './line-fields.ts';

const largestInt = Number(largestUserId.int);
/** The largest message id, 2^63 − 1. */
const largestMessage = 2n ** 63n - 1n;

/** Returned for a column that holds no id. */
const notWhole = -1;
const outOfRange = -2;

/** A user id, {@link notWhole} or {@link outOfRange}. */
export function userId(fields: LineFields, column: number, kind: UserIdKind = 'int'): UserId {
  if (kind === 'text') return userIdOf(numberOfUser(fields, column));
  const value = shortWhole(fields, column);
  // Message ids have the same range.
  if (kind === 'bigint') return Number.isNaN(value) ? userIdOf(messageId(fields, column)) : value;
  return value > largestInt || Number.isNaN(value) ? outOfRange : value;
}

/** A message id, or {@link notWhole} or {@link outOfRange} as a bigint. */
export function messageId(fields: LineFields, column: number, kind: UserIdKind = 'int'): bigint {
  // Also one that looks like a number: what it is must not depend on how others look.
  if (kind === 'text') return numberOfField(fields, column);
  const value = shortWhole(fields, column);
  if (!Number.isNaN(value)) return BigInt(value);
  const text = fields.bytes.toString('latin1', fields.from(column), fields.to(column)).replace(/^0+/, '');
  // Converting a megabyte of digits to a BigInt takes seconds.
  if (text.length > 19) return BigInt(outOfRange);
  const exact = BigInt(text);
  return exact > largestMessage ? BigInt(outOfRange) : exact;
}

/** Users' numbers that are remembered, some 100 bytes each: a hash takes as long as parsing several rows. */
const mostRemembered = 2 ** 18;

/** By the text's bytes, a character each. */
const remembered = new Map<string, bigint>();

function numberOfUser(fields: LineFields, column: number): bigint {
  const text = fields.text(column);
  let number = remembered.get(text);
  if (number !== undefined) return number;
  number = numberOfField(fields, column);
  if (remembered.size === mostRemembered) remembered.clear();
  if (number >= 0) remembered.set(text, number);
  return number;
}

/** The number of a text that a field holds, {@link notWhole} if it is none, or {@link outOfRange} if it is too long. */
function numberOfField(fields: LineFields, column: number): bigint {
  const bytes = fields.bytes.subarray(fields.from(column), fields.to(column));
  if (bytes.length > mostIdBytes) return BigInt(outOfRange);
  return bytes.length === 0 || bytes.includes(0) || !isUtf8(bytes) ? BigInt(notWhole) : numberOfText(bytes);
}

/** A whole number of up to 15 digits, which a JavaScript number holds exactly; NaN if it has more. */
function shortWhole(fields: LineFields, column: number): number {
  const { bytes } = fields;
  const to = fields.to(column);
  let from = fields.from(column);
  if (to === from) return notWhole;
  if (bytes[from] === 0x2d && to - from > 1) return isDigits(bytes, from + 1, to) ? outOfRange : notWhole;
  while (bytes[from] === 0x30 && from < to - 1) from++;
  if (to - from > 15) return isDigits(bytes, from, to) ? Number.NaN : notWhole;
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = (bytes[at] as number) - 0x30;
    if (digit < 0 || digit > 9) return notWhole;
    value = value * 10 + digit;
  }
  return value;
}

function isDigits(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const digit = (bytes[at] as number) - 0x30;
    if (digit < 0 || digit > 9) return false;
  }
  return true;
}

/** Whether a column is this lower-case word, in any case. */
export function isWord(fields: LineFields, column: number, word: string): boolean {
  const from = fields.from(column);
  if (fields.to(column) - from !== word.length) return false;
  for (let i = 0; i < word.length; i++)
    if (((fields.bytes[from + i] as number) | 0x20) !== word.charCodeAt(i)) return false;
  return true;
}

export function isEmpty(fields: LineFields, column: number): boolean {
  return fields.from(column) === fields.to(column);
}

/** Why a column is bad: invalid bytes are reported before a wrong value. */
export function columnReason(fields: LineFields, column: number, wrongValue: string): string {
  const bytes = fields.bytes.subarray(fields.from(column), fields.to(column));
  if (bytes.includes(0)) return 'NUL byte';
  return isUtf8(bytes) ? wrongValue : 'broken UTF-8';
}

/** Like {@link columnReason}, for an id that is {@link notWhole} or {@link outOfRange}. */
export function idReason(
  fields: LineFields,
  column: number,
  name: string,
  fault: number | bigint,
  kind?: UserIdKind,
): string {
  const tooMuch = kind === 'text' ? `longer than ${mostIdBytes} bytes` : 'out of range';
  const wrong = Number(fault) === outOfRange ? tooMuch : isEmpty(fields, column) ? 'empty' : 'not a whole number';
  return columnReason(fields, column, `${name} is ${wrong}`);
}

/** Why a record's number of columns is wrong, e.g. `1 column instead of 5`. */
export function countReason(count: number, expected: string): string {
  return `${several(count, 'column')} instead of ${expected}`;
}
