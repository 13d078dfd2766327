import { isUtf8 } from 'node:buffer';
import type { Encoding } from './file-form.ts';
import type { FileKind } from './file-kinds.ts';

/** How many bytes that are no UTF-8 tell Windows-1252, if nothing beyond ASCII is UTF-8: one may be a fault. */
const leastForeign = 3;

/**
 * How a text is encoded, by its first bytes. Windows-1252 matters for messages only: what is used of other files is
 * ASCII.
 */
export function encodingOf(head: Buffer, kind: FileKind): Encoding {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  const pairs = Math.min(20, Math.floor(head.length / 2));
  if (pairs >= 4) {
    const zeros = (offset: number) =>
      Array.from({ length: pairs }, (_, i) => head[2 * i + offset]).filter((b) => b === 0);
    if (zeros(1).length === pairs && zeros(0).length === 0) return 'utf-16le';
    if (zeros(0).length === pairs && zeros(1).length === 0) return 'utf-16be';
  }
  return kind === 'messages' && isForeign(head) ? 'windows-1252' : 'utf-8';
}

function isForeign(head: Buffer): boolean {
  if (isUtf8(head)) return false;
  const text = head.toString('utf8');
  const isUnicode = [...text].some((character) => character > '\x7f' && character !== '\ufffd');
  return !isUnicode && (text.match(/\ufffd/g) ?? []).length >= leastForeign;
}

/** The first bytes as UTF-8 without a byte order mark, one character per byte; they may end within a character. */
export function decoded(head: Buffer, encoding: Encoding): string {
  const bytes =
    encoding === 'utf-8' ? head : Buffer.from(new TextDecoder(encoding).decode(head, { stream: true }), 'utf8');
  return bytes.toString('latin1').replace(/^\xef\xbb\xbf/, '');
}

/** A text's bytes as UTF-8, with lines that end in LF. */
export async function* asUtf8(
  chunks: AsyncIterable<Buffer>,
  { encoding, endsInCr }: { encoding: Encoding; endsInCr: boolean },
): AsyncGenerator<Buffer> {
  const decoder = encoding === 'utf-8' ? undefined : new TextDecoder(encoding);
  const converted = (bytes: Buffer): Buffer => {
    if (endsInCr) for (let at = bytes.indexOf(0x0d); at >= 0; at = bytes.indexOf(0x0d, at + 1)) bytes[at] = 0x0a;
    return bytes;
  };
  for await (const chunk of chunks)
    yield converted(decoder ? Buffer.from(decoder.decode(chunk, { stream: true }), 'utf8') : chunk);
  if (decoder) yield converted(Buffer.from(decoder.decode(), 'utf8'));
}
