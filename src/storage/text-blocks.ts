import { InterruptedError } from '../errors.ts';
import { unlessAborted } from '../unless-aborted.ts';

/** Characters, not bytes: enough to make the cost of a write negligible. */
const blockLength = 256 * 1024;

/**
 * A text as blocks of UTF-8, each made of many pieces. Errors of the text are passed on.
 *
 * @throws InterruptedError once the signal aborts, even while waiting for the next piece
 */
export async function* textBlocks(
  text: AsyncIterable<string> | Iterable<string>,
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  const blocks = gathered(text);
  try {
    for (;;) {
      if (signal?.aborted) throw stopped();
      const { done, value } = await unlessAborted(blocks.next(), [signal], stopped);
      if (done) return;
      yield value;
    }
  } finally {
    const closed = blocks.return(undefined).catch(() => undefined);
    // Waiting for a silent text would never end.
    if (!signal?.aborted) await closed;
  }
}

function stopped(): InterruptedError {
  return new InterruptedError('Writing was stopped.');
}

async function* gathered(text: AsyncIterable<string> | Iterable<string>): AsyncGenerator<Buffer> {
  let pending = '';
  for await (const piece of text) {
    pending += piece;
    if (pending.length < blockLength) continue;
    // The two halves of a surrogate pair are encoded together.
    const end = /[\uD800-\uDBFF]$/.test(pending) ? pending.length - 1 : pending.length;
    yield Buffer.from(pending.slice(0, end));
    pending = pending.slice(end);
  }
  if (pending !== '') yield Buffer.from(pending);
}
