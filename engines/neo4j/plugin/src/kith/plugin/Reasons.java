package kith.plugin;

import java.util.Arrays;

/** Because of whom those who were chosen for the user at work are recommended. */
final class Reasons {
  private static final int most = 50;
  private static final int mostSources = 3;

  private final long[][] ids = new long[RecommendedChunk.most][most];
  private final long[][] weights = new long[RecommendedChunk.most][most];
  /** A bit for each source. */
  private final byte[][] sources = new byte[RecommendedChunk.most][most];
  private final int[] counts = new int[RecommendedChunk.most];
  /** What each source has added. */
  private final long[][] bySource = new long[RecommendedChunk.most][mostSources];

  /** By number: a chosen one's place in the list, from 1 on. */
  private byte[] places = new byte[0];

  /** @param capacity more than any number */
  void begin(Best best, int capacity) {
    if (capacity > places.length) places = Arrays.copyOf(places, capacity);
    for (int place = 0; place < best.size(); place++) {
      places[best.numbers[place]] = (byte) (place + 1);
      counts[place] = 0;
      Arrays.fill(bySource[place], 0);
    }
  }

  /** −1 if that one was not chosen. */
  int placeOf(int number) {
    return places[number] - 1;
  }

  void end(Best best) {
    for (int place = 0; place < best.size(); place++) places[best.numbers[place]] = 0;
  }

  void add(int place, long id, long weight) {
    int at = counts[place]++;
    ids[place][at] = id;
    weights[place][at] = weight;
  }

  /** Adds to the reason of this id; a new one takes its place in the order of ids. */
  void join(int place, long id, long weight, int source) {
    long[] of = ids[place];
    int at = counts[place];
    while (at > 0 && of[at - 1] >= id) at--;
    if (at < counts[place] && of[at] == id) weights[place][at] = Math.addExact(weights[place][at], weight);
    else {
      int moved = counts[place]++ - at;
      System.arraycopy(of, at, of, at + 1, moved);
      System.arraycopy(weights[place], at, weights[place], at + 1, moved);
      System.arraycopy(sources[place], at, sources[place], at + 1, moved);
      of[at] = id;
      weights[place][at] = weight;
      sources[place][at] = 0;
    }
    sources[place][at] |= (byte) (1 << source);
    bySource[place][source] += weight;
  }

  int count(int place) {
    return counts[place];
  }

  long id(int place, int at) {
    return ids[place][at];
  }

  long weight(int place, int at) {
    return weights[place][at];
  }

  /** A bit for each source. */
  int sources(int place, int at) {
    return sources[place][at];
  }

  /** The source that has added the most, of equal ones the first. */
  int largestSource(int place) {
    int largest = 0;
    for (int source = 1; source < mostSources; source++)
      if (bySource[place][source] > bySource[place][largest]) largest = source;
    return largest;
  }
}
