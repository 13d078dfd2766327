/**
 * Does `work` for every batch of a stream, at most `sessions` at a time; as many batches are in memory. The first error stops the
 * others from taking further batches and is thrown when all have come to rest.
 */
export async function batchesSideBySide<Batch>(
  batches: AsyncIterable<Batch>,
  sessions: number,
  work: (batch: Batch) => Promise<void>,
): Promise<void> {
  const stream = batches[Symbol.asyncIterator]();
  let failed = false;
  const worker = async () => {
    try {
      while (!failed) {
        const { done, value } = await stream.next();
        if (done) return;
        await work(value);
      }
    } catch (error) {
      failed = true;
      throw error;
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: sessions }, worker));
  // Of a stream that was not read to its end, what it holds is let go.
  await stream.return?.();
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
