import { BadInputError } from '../errors.ts';
import { longestLine } from './lines.ts';

const [tab, newline, carriageReturn, space] = [0x09, 0x0a, 0x0d, 0x20];
const [quote, comma, colon, backslash] = [0x22, 0x2c, 0x3a, 0x5c];
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * Gives the objects of JSON that is written in any way, each on a line of its own: those of a list, those that follow
 * one another, with commas or without, and, with `list`, those of the lists which these keys lead to. What is no object
 * is a line, too, so that whoever reads the lines can tell that it is wrong.
 */
export class ObjectLines {
  readonly #list: readonly string[] | undefined;
  /** The open brackets outside of the objects that are given, each with the key that leads to it. */
  readonly #around: { bracket: number; key: string | undefined }[] = [];
  /** The brackets within the object or other value that is being read, or 0. */
  #depth = 0;
  #isText = false;
  #isEscaped = false;
  /** Whether a value is being read that is not within brackets. */
  #isBare = false;
  /** Whether what is being read is given; otherwise it is something beside the list. */
  #isGiven = false;
  #pieces: Buffer[] = [];
  #size = 0;
  /** The last text within an object around: its key, if a colon follows. */
  #key: string | undefined;
  #isKey = false;
  #lines = 0;
  #began = 1;

  constructor(list: readonly string[] | undefined) {
    this.#list = list;
  }

  /** Whether something is open: the JSON is not complete. */
  get isOpen(): boolean {
    return this.#depth > 0 || this.#isText || this.#around.length > 0;
  }

  /** The line, from 1, in which what is open began. */
  get openSince(): number {
    return this.#began;
  }

  /** The lines that end in a chunk. */
  take(chunk: Buffer): Buffer {
    const out: Buffer[] = [];
    let from = 0;
    const keep = (to: number) => {
      if (this.#isGiven && to > from && this.#size <= longestLine) this.#pieces.push(chunk.subarray(from, to));
      this.#size += to - from;
    };
    const end = (to: number) => {
      keep(to);
      if (this.#isGiven) out.push(this.#line());
      this.#pieces = [];
      this.#size = 0;
      this.#isGiven = false;
      this.#isBare = false;
    };
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] as number;
      if (byte === newline) this.#lines++;
      if (this.#isText) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === backslash) this.#isEscaped = true;
        // A text has no line end in it: its quote is missing.
        else if (byte === quote || byte === newline) {
          this.#isText = false;
          if (this.#isKey) {
            keep(at);
            this.#key = Buffer.concat(this.#pieces).toString('utf8');
            this.#pieces = [];
            this.#size = 0;
            this.#isGiven = false;
          } else if (this.#depth === 0 && !this.#isBare) end(at + 1);
          this.#isKey = false;
        }
        continue;
      }
      if (this.#depth > 0) {
        if (byte === quote) this.#isText = true;
        else if (byte === openObject || byte === openList) this.#depth++;
        else if ((byte === closeObject || byte === closeList) && --this.#depth === 0) end(at + 1);
        continue;
      }
      const isBetween = byte === space || byte === tab || byte === newline || byte === carriageReturn || byte === comma;
      if (this.#isBare) {
        if (!isBetween && byte !== closeList && byte !== closeObject) continue;
        end(at);
      }
      if (isBetween) continue;
      from = at;
      this.#began = this.#lines + 1;
      const around = this.#around.at(-1);
      if (around?.bracket === openObject && byte === colon) continue;
      if (around && (byte === closeList || byte === closeObject)) {
        this.#around.pop();
        this.#key = undefined;
        continue;
      }
      const isPlace = this.#isPlace();
      if ((byte === openObject || byte === openList) && this.#isAround(byte)) {
        this.#around.push({ bracket: byte, key: this.#key });
        this.#key = undefined;
        continue;
      }
      if (around?.bracket === openObject && this.#key === undefined && byte === quote) {
        this.#isText = true;
        this.#isKey = true;
        this.#isGiven = true;
        from = at + 1;
        continue;
      }
      this.#key = undefined;
      this.#isGiven = isPlace;
      if (byte === openObject || byte === openList) this.#depth = 1;
      else if (byte === quote) this.#isText = true;
      else this.#isBare = true;
    }
    if (this.#depth > 0 || this.#isText || this.#isBare) keep(chunk.length);
    return Buffer.concat(out);
  }

  /** What is left at the end. */
  rest(): Buffer {
    return this.#isGiven && this.#size > 0 ? this.#line() : Buffer.alloc(0);
  }

  /** The line of what has been read, without line ends in it. */
  #line(): Buffer {
    const bytes = Buffer.concat([...this.#pieces, Buffer.from('\n')]);
    for (let i = 0; i < bytes.length - 1; i++)
      if (bytes[i] === newline || bytes[i] === carriageReturn) bytes[i] = space;
    return bytes;
  }

  /** The keys of the brackets around. */
  #path(): (string | undefined)[] {
    return this.#around.filter(({ key }) => key !== undefined).map(({ key }) => key);
  }

  /** Whether what begins here is given. */
  #isPlace(): boolean {
    const list = this.#list ?? [];
    const path = this.#path();
    const around = this.#around.at(-1);
    if (around?.bracket === openObject) return false;
    return path.length === list.length && path.every((key, i) => key === list[i]);
  }

  /** Whether a bracket that begins here is around the objects that are given. */
  #isAround(bracket: number): boolean {
    const list = this.#list ?? [];
    const around = this.#around.at(-1);
    const path = this.#path();
    const next = this.#key === undefined ? path : [...path, this.#key];
    const leads = next.length <= list.length && next.every((key, i) => key === list[i]);
    if (!leads) return false;
    if (bracket === openList)
      // One list around the objects, or around the pages.
      return (
        around?.bracket === openObject || (around === undefined && (next.length === list.length || list.length > 0))
      );
    return next.length < list.length && (around?.bracket !== openObject || this.#key !== undefined);
  }
}

/**
 * The objects of a file as lines, see {@link ObjectLines}.
 *
 * @param path of the file, as it is shown to people
 * @throws BadInputError if the file ends within an object
 */
export async function* objectLines(
  chunks: AsyncIterable<Buffer>,
  list: readonly string[] | undefined,
  path: string,
): AsyncGenerator<Buffer> {
  const objects = new ObjectLines(list);
  for await (const chunk of chunks) {
    const lines = objects.take(chunk);
    if (lines.length > 0) yield lines;
  }
  if (objects.isOpen)
    throw new BadInputError(
      `${path} ends within a value that begins in line ${objects.openSince}: it is cut off, or a bracket or quote before is ` +
        'wrong; nothing of it was used.',
    );
  const rest = objects.rest();
  if (rest.length > 0) yield rest;
}
