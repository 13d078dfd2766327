package kith.plugin;

import static org.neo4j.graphdb.Direction.BOTH;
import static org.neo4j.graphdb.Direction.OUTGOING;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.neo4j.graphdb.Node;
import org.neo4j.graphdb.Relationship;
import org.neo4j.graphdb.RelationshipType;
import org.neo4j.procedure.Context;
import org.neo4j.procedure.Mode;
import org.neo4j.procedure.Name;
import org.neo4j.procedure.Procedure;
import org.neo4j.procedure.TerminationGuard;
import org.neo4j.procedure.memory.ProcedureMemory;
import org.neo4j.procedure.memory.ProcedureMemoryTracker;

/**
 * What cypher/closest/compute-*.cypher and cypher/circles/ties-*.cypher do, which say what it is; here with rows for
 * Postgres.
 */
public final class Closest {
  private static final int mostClosest = 50;
  private static final int mostTies = 20;

  @Context public TerminationGuard guard;
  @Context public ProcedureMemory memory;

  /** Rows of closest_connections as text, in key order. */
  public static final class Chunk {
    public String text;
  }

  /**
   * @param users in the order of their ids
   * @param asOf epoch seconds
   * @param window seconds
   * @param bases of each relationship type, in thousandths
   * @param halfLife seconds; null: linear decay
   * @param unitsOfOne the number of exact units in a weight of 1
   * @param withTies whether to keep ties too, and what else circles needs of a user's edges
   */
  @Procedure(name = "kith.closest", mode = Mode.WRITE)
  public Stream<Chunk> closest(
      @Name("users") List<Node> users,
      @Name("asOf") long asOf,
      @Name("window") long window,
      @Name("bases") Map<String, Object> bases,
      @Name("halfLife") Double halfLife,
      @Name("unitsOfOne") long unitsOfOne,
      @Name(value = "withTies", defaultValue = "false") boolean withTies) {
    return new ClosestChunks(users, asOf, window, bases, halfLife, unitsOfOne, withTies).stream();
  }

  private final class ClosestChunks extends Chunks<Chunk> {
    private final ProcedureMemoryTracker heap = memory.newTracker();
    private final RelationshipType[] types;
    /** By the type's name, which stays the same object for all relationships of a transaction. */
    private final Map<String, Long> bases = new HashMap<>();
    private final TextRows rows;
    private final boolean withTies;

    /** Everybody who was met, by the node's place in the store. */
    private final Numbering people = new Numbering();
    private long[] userIds = new long[0];
    private boolean[] suspended = new boolean[0];

    /** Of the user at work; incoming activities are read for ties only. */
    private final EdgeSums outgoing;
    private final EdgeSums incoming;
    private boolean[] isMet = new boolean[0];
    private int[] met = new int[0];

    private final Best closest = new Best(mostClosest);
    private final Best ties = new Best(mostTies);
    private final int[] order = new int[mostClosest];
    private final long[] votes = new long[mostClosest];

    ClosestChunks(
        List<Node> users,
        long asOf,
        long window,
        Map<String, Object> bases,
        Double halfLife,
        long unitsOfOne,
        boolean withTies) {
      super(users, guard);
      bases.forEach((type, base) -> this.bases.put(type, ((Number) base).longValue()));
      types = bases.keySet().stream().map(RelationshipType::withName).toArray(RelationshipType[]::new);
      outgoing = new EdgeSums(asOf, window, halfLife);
      incoming = new EdgeSums(asOf, window, halfLife);
      rows = new TextRows(unitsOfOne);
      this.withTies = withTies;
    }

    @Override
    void close() {
      heap.close();
    }

    @Override
    boolean isFull() {
      return rows.length() >= chunkLength;
    }

    @Override
    Chunk take(long users) {
      var chunk = new Chunk();
      chunk.text = rows.take();
      return chunk;
    }

    @Override
    void add(Node user) {
      int u = numberOf(user);
      int count = suspended[u] ? 0 : sum(user);
      choose(user, count);
      for (int i = 0; i < count; i++) {
        outgoing.clear(met[i]);
        if (withTies) incoming.clear(met[i]);
        isMet[met[i]] = false;
      }
      keep(user, "closest", closest.size() == 0 ? null : Arrays.copyOf(closest.ids, closest.size()));
      keep(user, "closestWeights", closest.size() == 0 ? null : Arrays.copyOf(closest.weights, closest.size()));
      closest.orderById(order);
      for (int i = 0; i < closest.size(); i++) {
        int place = order[i];
        rows.begin().number(userIds[u]).number(closest.ids[place]).weight(closest.weights[place]).number(place + 1);
        rows.end();
      }
    }

    /** Adds up a user's activities in the window; returns how many people were met. */
    private int sum(Node user) {
      int count = 0;
      try (var activities = user.getRelationships(withTies ? BOTH : OUTGOING, types)) {
        for (Relationship activity : activities) {
          long at = (long) activity.getProperty("at");
          if (!outgoing.counts(at)) continue;
          Node other = activity.getEndNode();
          boolean isOutgoing = !withTies || !other.equals(user);
          int v = numberOf(isOutgoing ? other : activity.getStartNode());
          if (!isMet[v]) {
            isMet[v] = true;
            met[count++] = v;
          }
          (isOutgoing ? outgoing : incoming).add(v, bases.get(activity.getType().name()), at);
        }
      }
      return count;
    }

    /** Finds the user's closest connections and, if they are wanted, what circles keeps on the user. */
    private void choose(Node user, int count) {
      closest.clear();
      ties.clear();
      long engages = 0;
      long received = 0;
      long receivedLately = 0;
      long[] muted = withTies ? (long[]) user.getProperty("muted", null) : null;
      for (int i = 0; i < count; i++) {
        int v = met[i];
        if (suspended[v]) continue;
        long out = outgoing.weight(v);
        if (out > 0 && closest.mayTake(out)) closest.offer(userIds[v], out, v);
        if (!withTies) continue;
        if (out > 0) engages++;
        long in = incoming.weight(v);
        if (in > 0) {
          received = Math.addExact(received, in);
          receivedLately = Math.addExact(receivedLately, incoming.recent(v));
        }
        long tie = Math.addExact(out, in);
        if (tie > 0 && ties.mayTake(tie) && !isAmong(muted, userIds[v])) ties.offer(userIds[v], tie, v);
      }
      if (!withTies) return;
      for (int i = 0; i < closest.size(); i++) votes[i] = outgoing.recent(closest.numbers[i]) > 0 ? 2 : 1;
      keep(user, "closestVotes", closest.size() == 0 ? null : Arrays.copyOf(votes, closest.size()));
      keep(user, "ties", ties.size() == 0 ? null : Arrays.copyOf(ties.ids, ties.size()));
      keep(user, "engages", engages == 0 ? null : engages);
      keep(user, "received", received == 0 ? null : received);
      keep(user, "receivedLately", receivedLately == 0 ? null : receivedLately);
    }

    private static boolean isAmong(long[] ids, long id) {
      if (ids != null) for (long one : ids) if (one == id) return true;
      return false;
    }

    private static void keep(Node user, String name, Object value) {
      if (value == null) user.removeProperty(name);
      else user.setProperty(name, value);
    }

    /** The store's own number of a node saves a look at its userId for every activity. */
    @SuppressWarnings("deprecation")
    private int numberOf(Node node) {
      int known = people.size();
      int number = people.of(node.getId());
      if (number < known) return number;
      if (number == userIds.length) grow(Math.max(1 << 10, 2 * number));
      Map<String, Object> properties = node.getProperties("userId", "suspended");
      userIds[number] = (long) properties.get("userId");
      suspended[number] = Boolean.TRUE.equals(properties.get("suspended"));
      return number;
    }

    private void grow(int size) {
      int directions = withTies ? 2 : 1;
      heap.allocateHeap(
          (size - userIds.length) * (directions * EdgeSums.bytes + Long.BYTES + 2 + Integer.BYTES + Numbering.bytes));
      userIds = Arrays.copyOf(userIds, size);
      suspended = Arrays.copyOf(suspended, size);
      outgoing.grow(size);
      if (withTies) incoming.grow(size);
      isMet = Arrays.copyOf(isMet, size);
      met = Arrays.copyOf(met, size);
    }
  }
}
