package kith.plugin;

import static org.neo4j.graphdb.Direction.OUTGOING;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.neo4j.graphdb.Label;
import org.neo4j.graphdb.Node;
import org.neo4j.graphdb.Relationship;
import org.neo4j.graphdb.RelationshipType;
import org.neo4j.graphdb.Transaction;
import org.neo4j.procedure.memory.ProcedureMemory;
import org.neo4j.procedure.memory.ProcedureMemoryTracker;

/** Who may be recommended to the user at work: their scores, and whom the filters drop. */
final class Candidates {
  private static final Label userLabel = Label.label("User");
  private static final RelationshipType followedType = RelationshipType.withName("FOLLOWED");

  /** Why somebody is dropped; of several reasons the highest counts. */
  static final byte isBad = 1;
  static final byte isInactive = 2;
  static final byte isHidden = 3;
  static final byte isDismissed = 4;
  static final byte isFollowedSince = 5;
  static final byte isFollowed = 6;
  static final byte isMuted = 7;
  static final byte isBlocked = 8;
  static final byte isSelf = 9;

  /** The lists of a user's that cypher/words sets, in the order in which they are marked. */
  private static final String[] wordLists = {"dismissed", "followedSince", "muted", "blocked"};
  private static final byte isGood = 1;
  private static final byte isNotGood = 2;

  private final Transaction transaction;
  private final ProcedureMemoryTracker heap;
  private final long asOf;
  private final Double minReputation;

  /** Everybody who was met, by user id, and whether they are good enough: 0 is not known yet. */
  private final Numbering people = new Numbering();
  private byte[] goodness = new byte[0];
  private boolean[] isLimited = new boolean[0];
  /** Of those whom nobody is recommended, why. */
  private byte[] barred = new byte[0];

  /** The number of everybody who was met as a node, by its place in the store. */
  private final Numbering nodes = new Numbering();
  private int[] numbers = new int[0];
  private boolean[] suspended = new boolean[0];

  /** Of the user at work. */
  private long[] scores = new long[0];
  private byte[] marks = new byte[0];
  private int[] met = new int[0];
  private int metCount;
  private int[] marked = new int[64];
  private int markedCount;

  /** How many candidates each filter dropped, of all users. */
  private final long[] dropped = new long[isSelf + 1];

  /**
   * @param asOf epoch seconds
   * @param minReputation null: nobody is filtered by reputation
   * @param hidden whom nobody is recommended
   * @param inactive who has done nothing for too long to be recommended
   */
  Candidates(
      Transaction transaction,
      ProcedureMemory memory,
      long asOf,
      Double minReputation,
      List<Long> hidden,
      List<Long> inactive) {
    this.transaction = transaction;
    heap = memory.newTracker();
    this.asOf = asOf;
    this.minReputation = minReputation;
    bar(inactive, isInactive);
    bar(hidden, isHidden);
  }

  private void bar(List<Long> ids, byte as) {
    for (long id : ids) {
      int w = numberOf(id);
      barred[w] = as;
    }
  }

  void close() {
    heap.close();
  }

  /** How many candidates a filter has dropped since this was last asked. */
  long takeDropped(byte why) {
    long count = dropped[why];
    dropped[why] = 0;
    return count;
  }

  /** Counts bytes of the transaction's memory. */
  void allocate(long bytes) {
    heap.allocateHeap(bytes);
  }

  Incoming newIncoming() {
    return new Incoming(heap);
  }

  /** One more than the highest number there may be, so far. */
  int capacity() {
    return scores.length;
  }

  long id(int number) {
    return people.id(number);
  }

  Node node(int number) {
    return transaction.findNode(userLabel, "userId", people.id(number));
  }

  int numberOf(long userId) {
    int number = people.of(userId);
    if (number == scores.length) grow(Math.max(1 << 10, 2 * number));
    return number;
  }

  int numberOf(Node node) {
    int place = placeOf(node);
    return numbers[place];
  }

  boolean isSuspended(Node node) {
    int place = placeOf(node);
    return suspended[place];
  }

  void add(int w, long term) {
    if (term == 0) return;
    if (scores[w] == 0) {
      if (metCount == met.length) met = Arrays.copyOf(met, Math.max(1 << 10, 2 * metCount));
      met[metCount++] = w;
    }
    scores[w] = Math.addExact(scores[w], term);
  }

  /** Marks the user, whom the user has followed, and those of the user's lists: they are dropped. */
  void mark(Node user) {
    Map<String, Object> words = user.getProperties(wordLists);
    if (!words.isEmpty()) {
      mark(words, "dismissed", isDismissed);
      mark(words, "followedSince", isFollowedSince);
    }
    try (var follows = user.getRelationships(OUTGOING, followedType)) {
      for (Relationship follow : follows)
        if ((long) follow.getProperty("at") <= asOf) mark(numberOf(follow.getEndNode()), isFollowed);
    }
    if (!words.isEmpty()) {
      mark(words, "muted", isMuted);
      mark(words, "blocked", isBlocked);
    }
    mark(numberOf(user), isSelf);
  }

  private void mark(Map<String, Object> words, String list, byte as) {
    long[] ids = (long[]) words.get(list);
    if (ids != null) for (long id : ids) mark(numberOf(id), as);
  }

  private void mark(int w, byte as) {
    if (marks[w] == 0) {
      if (markedCount == marked.length) marked = Arrays.copyOf(marked, 2 * markedCount);
      marked[markedCount++] = w;
    }
    marks[w] = as;
  }

  /** Makes this one count among those of whom only some may be chosen. */
  void limit(int w) {
    isLimited[w] = true;
  }

  /**
   * Finds the best of those whom no filter drops; then nobody is a candidate any more.
   *
   * @param limited keeps as many of the limited ones as may be chosen; null: any number
   */
  void choose(Best best, Best limited) {
    best.clear();
    if (limited != null) limited.clear();
    for (int i = 0; i < metCount; i++) {
      int w = met[i];
      if (marks[w] != 0) dropped[marks[w]]++;
      else if (barred[w] != 0) dropped[barred[w]]++;
      else if (minReputation != null && !isGood(w)) dropped[isBad]++;
      else {
        Best list = limited != null && isLimited[w] ? limited : best;
        if (list.mayTake(scores[w])) list.offer(people.id(w), scores[w], w);
      }
    }
    if (limited != null)
      for (int i = 0; i < limited.size(); i++) best.offer(limited.ids[i], limited.weights[i], limited.numbers[i]);
    for (int i = 0; i < metCount; i++) scores[met[i]] = 0;
    for (int i = 0; i < markedCount; i++) marks[marked[i]] = 0;
    metCount = 0;
    markedCount = 0;
  }

  private boolean isGood(int w) {
    if (goodness[w] == 0) {
      Node user = node(w);
      Object reputation = user == null ? null : user.getProperty("reputation", null);
      boolean good = reputation instanceof Number number && number.doubleValue() >= minReputation;
      goodness[w] = good ? isGood : isNotGood;
    }
    return goodness[w] == isGood;
  }

  /** The store's own number of a node saves a look at its properties for every activity. */
  @SuppressWarnings("deprecation")
  private int placeOf(Node node) {
    int known = nodes.size();
    int place = nodes.of(node.getId());
    if (place < known) return place;
    if (place == numbers.length) {
      int size = Math.max(1 << 10, 2 * place);
      heap.allocateHeap((size - numbers.length) * (Integer.BYTES + 1 + Numbering.bytes));
      numbers = Arrays.copyOf(numbers, size);
      suspended = Arrays.copyOf(suspended, size);
    }
    Map<String, Object> properties = node.getProperties("userId", "suspended");
    numbers[place] = numberOf((long) properties.get("userId"));
    suspended[place] = Boolean.TRUE.equals(properties.get("suspended"));
    return place;
  }

  private void grow(int size) {
    heap.allocateHeap((size - scores.length) * (Long.BYTES + 4 + Integer.BYTES + Numbering.bytes));
    goodness = Arrays.copyOf(goodness, size);
    isLimited = Arrays.copyOf(isLimited, size);
    barred = Arrays.copyOf(barred, size);
    scores = Arrays.copyOf(scores, size);
    marks = Arrays.copyOf(marks, size);
  }
}
