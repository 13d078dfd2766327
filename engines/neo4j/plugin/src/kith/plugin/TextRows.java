package kith.plugin;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Rows of numbers as Postgres' COPY takes them: columns separated by tabs, one row a line. */
final class TextRows {
  /** Enough for any row: four columns of at most 19 digits, a point and a tab each, and a column of words. */
  private static final int longestRow = 4 * 33 + 64;

  private static final long million = 1_000_000;
  private static final long tenMillion = 10_000_000;

  /** The number of exact units in a weight of 1. */
  private final long unitsOfOne;

  private byte[] text = new byte[1 << 16];
  private int length;

  TextRows(long unitsOfOne) {
    this.unitsOfOne = unitsOfOne;
  }

  int length() {
    return length;
  }

  /** What was written since the last take. */
  String take() {
    String taken = new String(text, 0, length, StandardCharsets.ISO_8859_1);
    length = 0;
    return taken;
  }

  TextRows begin() {
    if (length + longestRow > text.length) text = Arrays.copyOf(text, 2 * text.length);
    return this;
  }

  TextRows number(long number) {
    digits(number);
    text[length++] = '\t';
    return this;
  }

  /**
   * Writes round(units / unitsOfOne, 12), halves away from zero. It is exact: six places are made at a time, so that no
   * product passes 2^63 as long as unitsOfOne is below 9.2e12.
   */
  TextRows weight(long units) {
    long whole = units / unitsOfOne;
    long rest = units % unitsOfOne * million;
    long upper = rest / unitsOfOne;
    rest = rest % unitsOfOne * million;
    long lower = rest / unitsOfOne;
    if (2 * (rest % unitsOfOne) >= unitsOfOne) lower++;
    if (lower == million) {
      lower = 0;
      upper++;
    }
    if (upper == million) {
      upper = 0;
      whole++;
    }
    digits(whole);
    text[length++] = '.';
    lastDigits((int) upper, 6);
    lastDigits((int) lower, 6);
    text[length++] = '\t';
    return this;
  }

  /** Writes units of 1e-7. */
  TextRows sevenPlaces(long units) {
    digits(units / tenMillion);
    text[length++] = '.';
    lastDigits((int) (units % tenMillion), 7);
    text[length++] = '\t';
    return this;
  }

  TextRows words(byte[] words) {
    System.arraycopy(words, 0, text, length, words.length);
    length += words.length;
    text[length++] = '\t';
    return this;
  }

  void end() {
    text[length - 1] = '\n';
  }

  private void digits(long number) {
    int count = 1;
    for (long rest = number; rest >= 10; rest /= 10) count++;
    length += count;
    for (int at = length - 1; count > 0; count--, at--, number /= 10) text[at] = (byte) ('0' + number % 10);
  }

  private void lastDigits(int number, int count) {
    length += count;
    for (int at = length - 1; at >= length - count; at--, number /= 10) text[at] = (byte) ('0' + number % 10);
  }
}
