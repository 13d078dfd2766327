import { numberOfText, type UserId, userIdOf } from '../user-id.ts';
import type { LineFields } from './line-fields.ts';

/** An id that is a text, and its number. */
export type NamedId = readonly [number: UserId, text: string];

/** The users of some rows by their texts, each once. */
export class NamedIds {
  /** By the text's bytes, a character each. Two texts of one number are both kept: whoever stores them judges that. */
  #found = new Map<string, UserId>();

  /** Adds the user in a field. */
  add(number: UserId, fields: LineFields, column: number): void {
    this.#addBytes(number, fields.text(column));
  }

  addText(number: UserId, text: string): void {
    this.#addBytes(number, Buffer.from(text).toString('latin1'));
  }

  #addBytes(number: UserId, bytes: string): void {
    if (!this.#found.has(bytes)) this.#found.set(bytes, number);
  }

  /** What was found since the last time. */
  take(): NamedId[] {
    const taken = [...this.#found].map(
      ([bytes, number]): NamedId => [number, Buffer.from(bytes, 'latin1').toString('utf8')],
    );
    this.#found = new Map();
    return taken;
  }
}

/** A constant of a mapping as an id. */
export function constantId(text: string | undefined, isText: boolean): UserId {
  if (text === undefined) return -1;
  return userIdOf(isText ? numberOfText(text) : text);
}
