import { setTimeout as sleep } from 'node:timers/promises';
import { readSideBySide } from '../../src/graph/side-by-side.ts';

const items = Array.from({ length: 20 }, (_, i) => i);

describe('reading side by side and writing one after the other', () => {
  test('writes each item once, alone and in order, and holds at most one more than sessions', async () => {
    const written: number[] = [];
    let [held, most, writers] = [0, 0, 0];
    let told = 0;
    await readSideBySide(
      items,
      3,
      async (item) => {
        most = Math.max(most, ++held);
        await sleep(item % 4);
        return async () => {
          expect(++writers).toBe(1);
          await sleep(item % 3);
          written.push(item);
          writers--;
          held--;
        };
      },
      () => told++,
    );
    expect(written).toEqual(items);
    expect(told).toBe(20);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(4);
  });

  test('reads on while an item is written', async () => {
    const events: string[] = [];
    await readSideBySide([1, 2], 1, async (item) => {
      events.push(`read ${item}`);
      return async () => {
        await sleep(20);
        events.push(`written ${item}`);
      };
    });
    expect(events).toEqual(['read 1', 'read 2', 'written 1', 'written 2']);
  });

  test.each(['reading', 'writing'])('takes no further items once %s one has failed, and says why', async (what) => {
    const begun: number[] = [];
    const reading = readSideBySide(items, 2, async (item) => {
      begun.push(item);
      await sleep(1);
      if (what === 'reading' && item === 4) throw new Error('item 4');
      return async () => {
        if (item === 4) throw new Error('item 4');
      };
    });
    await expect(reading).rejects.toThrow('item 4');
    expect(begun.length).toBeLessThan(10);
  });

  test('is not over before the last item is written', async () => {
    const reading = readSideBySide([1], 1, async () => async () => {
      await sleep(5);
      throw new Error('the last');
    });
    await expect(reading).rejects.toThrow('the last');
  });
});
