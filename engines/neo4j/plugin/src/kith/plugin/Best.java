package kith.plugin;

/** The users with the highest weights, equal ones by lower id, the first of them in front. */
final class Best {
  private final int most;
  /** User ids. */
  final long[] ids;
  final long[] weights;
  /** What the caller knows each user by. */
  final int[] numbers;

  private int size;

  Best(int most) {
    this.most = most;
    ids = new long[most];
    weights = new long[most];
    numbers = new int[most];
  }

  int size() {
    return size;
  }

  void clear() {
    size = 0;
  }

  /** Whether one of this weight may be among them, so that its id is worth a look. */
  boolean mayTake(long weight) {
    return size < most || (size > 0 && weight >= weights[size - 1]);
  }

  void offer(long id, long weight, int number) {
    if (size == most && !isBefore(id, weight, size - 1)) return;
    int at = size < most ? size++ : size - 1;
    for (; at > 0 && isBefore(id, weight, at - 1); at--) {
      ids[at] = ids[at - 1];
      weights[at] = weights[at - 1];
      numbers[at] = numbers[at - 1];
    }
    ids[at] = id;
    weights[at] = weight;
    numbers[at] = number;
  }

  /** The places of the first {@code size()} in {@code order}, by id: the order of the tables' keys. */
  void orderById(int[] order) {
    for (int i = 0; i < size; i++) {
      int at = i;
      for (; at > 0 && ids[order[at - 1]] > ids[i]; at--) order[at] = order[at - 1];
      order[at] = i;
    }
  }

  private boolean isBefore(long id, long weight, int place) {
    return weight > weights[place] || (weight == weights[place] && id < ids[place]);
  }
}
