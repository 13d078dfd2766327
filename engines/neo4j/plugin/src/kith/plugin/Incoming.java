package kith.plugin;

import java.util.Arrays;
import org.neo4j.procedure.memory.ProcedureMemoryTracker;

/**
 * Terms for pairs (x, v) of somebody x who engages with one of the users v at work, as a look at everybody's own
 * activities finds them. Activities lie with x in the store, so this takes less time than to read them from each v.
 */
final class Incoming {
  /** A look at everybody pays as long as everybody is at most so many times the users at work. */
  private static final int mostTimes = 2;

  /** The part of the server's heap that the pairs may take. */
  private static final int partOfHeap = 8;

  private static final long bytesOfPair = 3L * Integer.BYTES;
  private static final int nothing = -1;
  private static final int unwanted = -2;

  private final ProcedureMemoryTracker heap;
  private final long mostPairs = Math.min(Runtime.getRuntime().maxMemory() / partOfHeap / bytesOfPair, Integer.MAX_VALUE / 2);

  /** By v's number: the last pair; or nothing, or unwanted. */
  private int[] last = new int[0];
  /** By pair: x's number, the term, and the pair before of the same v. */
  private int[] from = new int[0];
  private int[] terms = new int[0];
  private int[] before = new int[0];
  private int count;

  Incoming(ProcedureMemoryTracker heap) {
    this.heap = heap;
  }

  /**
   * @param users at work
   * @param population the number of all users
   */
  static boolean pays(long users, long population) {
    return users * mostTimes >= population;
  }

  /** Makes this number one of the users at work. */
  void want(int v) {
    if (v >= last.length) {
      int size = Math.max(1 << 10, 2 * v);
      heap.allocateHeap((size - last.length) * (long) Integer.BYTES);
      int known = last.length;
      last = Arrays.copyOf(last, size);
      Arrays.fill(last, known, size, unwanted);
    }
    last[v] = nothing;
  }

  boolean wants(int v) {
    return v < last.length && last[v] != unwanted;
  }

  /** Keeps the term of a pair whose v is wanted; false if there is no room: then the pairs are not complete. */
  boolean add(int v, int x, long term) {
    if (count == from.length && !grow()) return false;
    from[count] = x;
    terms[count] = Math.toIntExact(term);
    before[count] = last[v];
    last[v] = count++;
    return true;
  }

  private boolean grow() {
    int size = (int) Math.min(Math.max(1 << 12, count + count / 2L), mostPairs);
    if (size <= count) return false;
    heap.allocateHeap((size - count) * bytesOfPair);
    from = Arrays.copyOf(from, size);
    terms = Arrays.copyOf(terms, size);
    before = Arrays.copyOf(before, size);
    return true;
  }

  /** The first pair of a wanted v; negative if there is none. */
  int first(int v) {
    return last[v];
  }

  /** The next pair of the same v; negative at the end. */
  int next(int pair) {
    return before[pair];
  }

  int from(int pair) {
    return from[pair];
  }

  int term(int pair) {
    return terms[pair];
  }
}
