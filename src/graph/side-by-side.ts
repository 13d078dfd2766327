/**
 * Does `work` for each item of a list or stream, in order, with at most `sessions` at a time; only that many items of a
 * stream are in memory. After the first error no further items are taken; it is thrown once all work has ended.
 */
export async function sideBySide<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  sessions: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const stream = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
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
  // Releases a stream that was not read to its end.
  await stream.return?.();
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

/**
 * Reads items side by side, at most `sessions` at a time, and writes them one after the other, in their order; an item
 * is written only when it was read whole. While one is written, others are read: at most one item more than `sessions`
 * is in memory.
 *
 * @param read gives what is to be done to write the item
 * @param onRead told after each item
 */
export async function readSideBySide<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  sessions: number,
  read: (item: Item) => Promise<() => Promise<void>>,
  onRead: () => void = () => undefined,
): Promise<void> {
  let writing = Promise.resolve();
  await sideBySide(items, sessions, async (item) => {
    const before = writing;
    const reading = read(item);
    writing = Promise.all([reading, before]).then(([write]) => write());
    // Whoever comes next, or the end, is told of its failure.
    writing.catch(() => undefined);
    await Promise.all([reading, before]);
    onRead();
  });
  await writing;
}
