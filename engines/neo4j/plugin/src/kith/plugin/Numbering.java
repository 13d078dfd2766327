package kith.plugin;

import java.util.Arrays;

/** Numbers ids in the order in which they are met, from 0 on, so that arrays can hold what is known of each. */
final class Numbering {
  /** Bytes for each number, at most. */
  static final long bytes = 20;

  private static final int none = -1;

  /** Open addressing, at most half full; a slot holds a number, or none. */
  private int[] slots = empty(1 << 4);

  private long[] ids = new long[1 << 3];
  private int size;

  int size() {
    return size;
  }

  long id(int number) {
    return ids[number];
  }

  /** The id's number; the next one, if the id is new. */
  int of(long id) {
    int mask = slots.length - 1;
    int slot = scatter(id) & mask;
    for (; slots[slot] != none; slot = (slot + 1) & mask) if (ids[slots[slot]] == id) return slots[slot];
    if (size == ids.length) {
      grow();
      return of(id);
    }
    ids[size] = id;
    slots[slot] = size;
    return size++;
  }

  /** The id's number; −1 if it was not met. */
  int find(long id) {
    int mask = slots.length - 1;
    int slot = scatter(id) & mask;
    while (slots[slot] != none && ids[slots[slot]] != id) slot = (slot + 1) & mask;
    return slots[slot];
  }

  private void grow() {
    ids = Arrays.copyOf(ids, 2 * ids.length);
    slots = empty(2 * slots.length);
    int mask = slots.length - 1;
    for (int number = 0; number < size; number++) {
      int slot = scatter(ids[number]) & mask;
      while (slots[slot] != none) slot = (slot + 1) & mask;
      slots[slot] = number;
    }
  }

  /** Multiplies by 2^64 / the golden ratio, whose upper bits differ even for neighbours (Knuth, TAOCP 3, 6.4). */
  private static int scatter(long id) {
    return (int) ((id * 0x9E3779B97F4A7C15L) >>> 32);
  }

  private static int[] empty(int size) {
    int[] slots = new int[size];
    Arrays.fill(slots, none);
    return slots;
  }
}
