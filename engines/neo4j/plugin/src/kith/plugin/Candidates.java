package kith.plugin;

import static org.neo4j.graphdb.Direction.OUTGOING;

import java.util.Arrays;
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

  private static final byte isFollowed = 1;
  private static final byte isSelf = 2;
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
  long self;
  long followed;
  long notGood;

  /**
   * @param asOf epoch seconds
   * @param minReputation null: nobody is filtered by reputation
   */
  Candidates(Transaction transaction, ProcedureMemory memory, long asOf, Double minReputation) {
    this.transaction = transaction;
    heap = memory.newTracker();
    this.asOf = asOf;
    this.minReputation = minReputation;
  }

  void close() {
    heap.close();
  }

  /** Counts bytes of the transaction's memory. */
  void allocate(long bytes) {
    heap.allocateHeap(bytes);
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

  /** Marks the user and whom the user has followed: they are dropped. */
  void mark(Node user) {
    try (var follows = user.getRelationships(OUTGOING, followedType)) {
      for (Relationship follow : follows)
        if ((long) follow.getProperty("at") <= asOf) mark(numberOf(follow.getEndNode()), isFollowed);
    }
    mark(numberOf(user), isSelf);
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
      if (marks[w] == isSelf) self++;
      else if (marks[w] == isFollowed) followed++;
      else if (minReputation != null && !isGood(w)) notGood++;
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
    heap.allocateHeap((size - scores.length) * (Long.BYTES + 3 + Integer.BYTES + Numbering.bytes));
    goodness = Arrays.copyOf(goodness, size);
    isLimited = Arrays.copyOf(isLimited, size);
    scores = Arrays.copyOf(scores, size);
    marks = Arrays.copyOf(marks, size);
  }
}
