package kith.plugin;

import static org.neo4j.graphdb.Direction.OUTGOING;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.neo4j.graphdb.Label;
import org.neo4j.graphdb.Node;
import org.neo4j.graphdb.Relationship;
import org.neo4j.graphdb.RelationshipType;
import org.neo4j.graphdb.Transaction;
import org.neo4j.procedure.Context;
import org.neo4j.procedure.Mode;
import org.neo4j.procedure.Name;
import org.neo4j.procedure.Procedure;
import org.neo4j.procedure.TerminationGuard;
import org.neo4j.procedure.memory.ProcedureMemory;
import org.neo4j.procedure.memory.ProcedureMemoryTracker;

/** What cypher/recommend/recommend.cypher does, which says what it is; here with rows for Postgres. */
public final class Recommend {
  private static final Label userLabel = Label.label("User");
  private static final RelationshipType followedType = RelationshipType.withName("FOLLOWED");
  private static final int most = 20;

  @Context public Transaction transaction;
  @Context public TerminationGuard guard;
  @Context public ProcedureMemory memory;

  /** A row of kith.recommend: rows of both tables as text, in key order, and how many candidates were dropped. */
  public static final class Chunk {
    public String recommendations;
    public String reasons;
    /** How many of the users they are of, with those who have no row. */
    public long users;
    public long self;
    public long followed;
    public long notGood;
  }

  /**
   * @param users in the order of their ids
   * @param asOf epoch seconds
   * @param minReputation null: nobody is filtered by reputation
   * @param unitsOfOne the number of exact units in a weight of 1
   */
  @Procedure(name = "kith.recommend", mode = Mode.READ)
  public Stream<Chunk> recommend(
      @Name("users") List<Node> users,
      @Name("asOf") long asOf,
      @Name("minReputation") Double minReputation,
      @Name("unitsOfOne") long unitsOfOne) {
    return new RecommendChunks(users, asOf, minReputation, unitsOfOne).stream();
  }

  private final class RecommendChunks extends Chunks<Chunk> {
    private static final byte isFollowed = 1;
    private static final byte isSelf = 2;
    private static final byte isGood = 1;
    private static final byte isNotGood = 2;
    private static final int[] nobody = {};

    private final ProcedureMemoryTracker heap = memory.newTracker();
    private final long asOf;
    private final Double minReputation;
    private final TextRows recommendations;
    private final TextRows reasons;
    private Chunk chunk = new Chunk();

    /** Everybody who was met, by user id, and what is known of each. A list is null until it is needed. */
    private final Numbering people = new Numbering();
    private int[][] closest = new int[0][];
    private long[][] weights = new long[0][];
    private byte[] goodness = new byte[0];

    /** The number of everybody whom somebody follows, by the node's place in the store. */
    private final Numbering nodes = new Numbering();
    private int[] numbers = new int[0];

    /** Of the user at work. */
    private long[] scores = new long[0];
    private byte[] marks = new byte[0];
    private int[] met = new int[0];
    private int[] followed = new int[64];
    private int followedCount;

    private final Best best = new Best(most);
    private final int[] order = new int[most];
    private final Reasons[] reasonsOf = new Reasons[most];

    RecommendChunks(List<Node> users, long asOf, Double minReputation, long unitsOfOne) {
      super(users, guard);
      this.asOf = asOf;
      this.minReputation = minReputation;
      recommendations = new TextRows(unitsOfOne);
      reasons = new TextRows(unitsOfOne);
      Arrays.setAll(reasonsOf, place -> new Reasons());
    }

    @Override
    void close() {
      heap.close();
    }

    @Override
    boolean isFull() {
      return reasons.length() >= chunkLength;
    }

    @Override
    Chunk take(long users) {
      Chunk taken = chunk;
      chunk = new Chunk();
      taken.users = users;
      taken.recommendations = recommendations.take();
      taken.reasons = reasons.take();
      return taken;
    }

    @Override
    void add(Node user) {
      long userId = (long) user.getProperty("userId");
      int u = numberOf(userId);
      load(u, user);
      int[] vias = closest[u];
      for (int v : vias) if (closest[v] == null) load(v, transaction.findNode(userLabel, "userId", people.id(v)));
      int count = sum(vias);
      markFollowed(user);
      marks[u] = isSelf;
      choose(count);
      for (int i = 0; i < followedCount; i++) marks[followed[i]] = 0;
      marks[u] = 0;
      for (int i = 0; i < count; i++) scores[met[i]] = 0;
      collectReasons(vias);
      write(userId);
    }

    /** Adds up the weights of everybody's connections; returns how many candidates were met. */
    private int sum(int[] vias) {
      int count = 0;
      for (int v : vias) {
        int[] candidates = closest[v];
        long[] adds = weights[v];
        for (int i = 0; i < candidates.length; i++) {
          int w = candidates[i];
          if (scores[w] == 0) met[count++] = w;
          scores[w] = Math.addExact(scores[w], adds[i]);
        }
      }
      return count;
    }

    private void choose(int count) {
      best.clear();
      for (int i = 0; i < count; i++) {
        int w = met[i];
        if (marks[w] == isSelf) chunk.self++;
        else if (marks[w] == isFollowed) chunk.followed++;
        else if (minReputation != null && !isGood(w)) chunk.notGood++;
        else if (best.mayTake(scores[w])) best.offer(people.id(w), scores[w], w);
      }
    }

    /** Goes over the lists again, for the few that were chosen; the scores serve as their places, from 1 on. */
    private void collectReasons(int[] vias) {
      for (int place = 0; place < best.size(); place++) {
        scores[best.numbers[place]] = place + 1;
        reasonsOf[place].count = 0;
      }
      for (int v : vias) {
        int[] candidates = closest[v];
        for (int i = 0; i < candidates.length; i++) {
          int place = (int) scores[candidates[i]] - 1;
          if (place >= 0) reasonsOf[place].add(people.id(v), weights[v][i]);
        }
      }
      for (int place = 0; place < best.size(); place++) scores[best.numbers[place]] = 0;
    }

    private void write(long userId) {
      best.orderById(order);
      for (int i = 0; i < best.size(); i++) {
        int place = order[i];
        long recId = best.ids[place];
        recommendations.begin().number(userId).number(recId).weight(best.weights[place]).number(place + 1).end();
        Reasons of = reasonsOf[place];
        for (int j = 0; j < of.count; j++)
          reasons.begin().number(userId).number(recId).number(of.ids[j]).weight(of.weights[j]).end();
      }
    }

    private void markFollowed(Node user) {
      followedCount = 0;
      try (var follows = user.getRelationships(OUTGOING, followedType)) {
        for (Relationship follow : follows) {
          if ((long) follow.getProperty("at") > asOf) continue;
          int w = numberOf(follow.getEndNode());
          if (marks[w] == isFollowed) continue;
          marks[w] = isFollowed;
          if (followedCount == followed.length) followed = Arrays.copyOf(followed, 2 * followedCount);
          followed[followedCount++] = w;
        }
      }
    }

    private boolean isGood(int w) {
      if (goodness[w] == 0) {
        Node user = transaction.findNode(userLabel, "userId", people.id(w));
        Object reputation = user == null ? null : user.getProperty("reputation", null);
        boolean good = reputation instanceof Number number && number.doubleValue() >= minReputation;
        goodness[w] = good ? isGood : isNotGood;
      }
      return goodness[w] == isGood;
    }

    /** The store's own number of a node saves a look at its userId for every follow. */
    @SuppressWarnings("deprecation")
    private int numberOf(Node node) {
      int known = nodes.size();
      int n = nodes.of(node.getId());
      if (n == known) {
        if (n == numbers.length) {
          int size = Math.max(1 << 10, 2 * n);
          heap.allocateHeap((size - numbers.length) * (Integer.BYTES + 20L));
          numbers = Arrays.copyOf(numbers, size);
        }
        numbers[n] = numberOf((long) node.getProperty("userId"));
      }
      return numbers[n];
    }

    private int numberOf(long userId) {
      int number = people.of(userId);
      if (number == scores.length) grow(Math.max(1 << 10, 2 * number));
      return number;
    }

    private void grow(int size) {
      heap.allocateHeap((size - scores.length) * (3L * Long.BYTES + Integer.BYTES + 2 + 20));
      closest = Arrays.copyOf(closest, size);
      weights = Arrays.copyOf(weights, size);
      goodness = Arrays.copyOf(goodness, size);
      scores = Arrays.copyOf(scores, size);
      marks = Arrays.copyOf(marks, size);
      met = Arrays.copyOf(met, size);
    }

    /** Reads a user's list, if it is not known yet; in the order of ids, so that reasons come in the order of their keys. */
    private void load(int number, Node user) {
      if (closest[number] != null) return;
      Map<String, Object> lists = user == null ? Map.of() : user.getProperties("closest", "closestWeights");
      long[] ids = (long[]) lists.get("closest");
      if (ids == null) {
        closest[number] = nobody;
        return;
      }
      long[] of = (long[]) lists.get("closestWeights");
      for (int i = 1; i < ids.length; i++) {
        long id = ids[i];
        long weight = of[i];
        int at = i;
        for (; at > 0 && ids[at - 1] > id; at--) {
          ids[at] = ids[at - 1];
          of[at] = of[at - 1];
        }
        ids[at] = id;
        of[at] = weight;
      }
      int[] list = new int[ids.length];
      for (int i = 0; i < list.length; i++) list[i] = numberOf(ids[i]);
      heap.allocateHeap(64 + list.length * (long) (Integer.BYTES + Long.BYTES));
      closest[number] = list;
      weights[number] = of;
    }
  }

  /** Because of whom somebody is recommended. */
  private static final class Reasons {
    final long[] ids = new long[50];
    final long[] weights = new long[50];
    int count;

    void add(long id, long weight) {
      ids[count] = id;
      weights[count++] = weight;
    }
  }
}
