package kith.plugin;

import java.util.Arrays;

/** What the activities between the user at work and others add up to, in one direction; by the others' numbers. */
final class EdgeSums {
  /** Bytes for each number. */
  static final long bytes = 3L * Long.BYTES;

  private final long asOf;
  private final long window;
  private final Double halfLife;

  /** Whole units of linear decay; of exponential decay millionths, and units of 1e-17. */
  private long[] coarse = new long[0];
  private long[] fine = new long[0];
  private long[] recent = new long[0];

  /**
   * @param asOf epoch seconds
   * @param window seconds
   * @param halfLife seconds; null: linear decay
   */
  EdgeSums(long asOf, long window, Double halfLife) {
    this.asOf = asOf;
    this.window = window;
    this.halfLife = halfLife;
  }

  boolean counts(long at) {
    return at > asOf - window && at <= asOf;
  }

  /** @param base in thousandths */
  void add(int v, long base, long at) {
    long age = asOf - at;
    if (age < window / 8) recent[v] = Math.addExact(recent[v], Math.multiplyExact(base, window / 8 - age));
    if (halfLife == null) {
      coarse[v] = Math.addExact(coarse[v], Math.multiplyExact(base, window - age));
      return;
    }
    double millionths = base / 1000.0 * Math.pow(2.0, (double) -age / halfLife) * 1e6;
    double whole = Math.floor(millionths);
    coarse[v] = Math.addExact(coarse[v], (long) whole);
    fine[v] = Math.addExact(fine[v], Math.round((millionths - whole) * 1e11));
  }

  /** S: the weight of the edge, in units. */
  long weight(int v) {
    if (halfLife == null) return coarse[v];
    return Math.addExact(Math.multiplyExact(coarse[v], 1_000), (fine[v] + 50_000_000) / 100_000_000);
  }

  /** H: the same in the last eighth of the window, always with linear decay, in thousandths of seconds. */
  long recent(int v) {
    return recent[v];
  }

  void clear(int v) {
    coarse[v] = 0;
    fine[v] = 0;
    recent[v] = 0;
  }

  void grow(int size) {
    coarse = Arrays.copyOf(coarse, size);
    fine = Arrays.copyOf(fine, size);
    recent = Arrays.copyOf(recent, size);
  }
}
