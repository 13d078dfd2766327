/** A line with more bytes than this is a bad row, and is never held in memory completely. */
export const longestLine = 1024 * 1024;

/** How many empty lines at the end of a file are no rows. More of them are no slip of an editor. */
const mostBlankEnds = 10;

const newline = 0x0a;
const carriageReturn = 0x0d;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Cuts a file's bytes, which come in chunks of any size, into blocks of whole lines of about `blockBytes`. The last
 * line may lack its newline; a byte order mark is removed, and so are up to ten empty lines at the end. A line longer
 * than {@link longestLine} is cut, but remains too long, so that whoever reads the block can tell.
 */
export async function* blocksOfLines(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  blockBytes = 256 * 1024,
): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let size = 0;
  let atStart = true;
  let skipping = false;

  const take = (): Buffer => {
    let bytes = held.length === 1 ? (held[0] as Buffer) : Buffer.concat(held, size);
    held = [];
    size = 0;
    if (atStart && bytes.subarray(0, 3).equals(byteOrderMark)) bytes = bytes.subarray(3);
    atStart = false;
    return bytes;
  };
  const hold = (bytes: Buffer) => {
    if (bytes.length > 0) held.push(bytes);
    size += bytes.length;
  };

  for await (const chunk of chunks) {
    let bytes = chunk;
    if (skipping) {
      const end = bytes.indexOf(newline);
      if (end < 0) continue;
      skipping = false;
      bytes = bytes.subarray(end);
    }
    hold(bytes);
    if (size < Math.max(blockBytes, byteOrderMark.length)) continue;
    const joined = take();
    const whole = joined.lastIndexOf(newline) + 1;
    const follows = joined.length - whole;
    // What may be the last empty lines is held until something follows; a CR alone is nothing yet.
    const isHeld = follows === 0 || (follows === 1 && joined[whole] === carriageReturn);
    const cut = isHeld ? withoutBlankEnds(joined, whole) : whole;
    if (cut > 0) yield joined.subarray(0, cut);
    let rest = joined.subarray(cut);
    // Two more than allowed, because the last may be the CR of a CRLF.
    if (rest.length > longestLine + 2) {
      rest = rest.subarray(0, longestLine + 2);
      skipping = true;
    }
    hold(rest);
  }
  const last = take();
  const end = withoutBlankEnds(last, last.length);
  if (end > 0) yield last.subarray(0, end);
}

/** Where the lines before `end` end if up to ten empty ones at their end are left out. */
function withoutBlankEnds(bytes: Buffer, end: number): number {
  let at = end;
  for (let left = mostBlankEnds; left > 0 && at > 0; left--) {
    // The last line of a file may lack its newline.
    let start = bytes[at - 1] === newline ? at - 1 : at;
    if (start > 0 && bytes[start - 1] === carriageReturn) start--;
    const isEmpty = start < at && (start === 0 || bytes[start - 1] === newline);
    if (!isEmpty) break;
    at = start;
  }
  return at;
}
