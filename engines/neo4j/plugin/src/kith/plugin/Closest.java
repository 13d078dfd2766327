package kith.plugin;

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

/** What cypher/closest/compute-*.cypher does, which say what it is; here with rows for Postgres. */
public final class Closest {
  private static final int most = 50;

  @Context public TerminationGuard guard;
  @Context public ProcedureMemory memory;

  /** A row of kith.closest: rows of closest_connections as text, in key order. */
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
   */
  @Procedure(name = "kith.closest", mode = Mode.WRITE)
  public Stream<Chunk> closest(
      @Name("users") List<Node> users,
      @Name("asOf") long asOf,
      @Name("window") long window,
      @Name("bases") Map<String, Object> bases,
      @Name("halfLife") Double halfLife,
      @Name("unitsOfOne") long unitsOfOne) {
    return new ClosestChunks(users, asOf, window, bases, halfLife, unitsOfOne).stream();
  }

  private final class ClosestChunks extends Chunks<Chunk> {
    private final ProcedureMemoryTracker heap = memory.newTracker();
    private final long asOf;
    private final long window;
    private final RelationshipType[] types;
    /** By the type's name, which stays the same object for all relationships of a transaction. */
    private final Map<String, Long> bases = new HashMap<>();
    private final Double halfLife;
    private final TextRows rows;

    /** Everybody who was met, by the node's place in the store. */
    private final Numbering people = new Numbering();
    private long[] userIds = new long[0];
    private boolean[] suspended = new boolean[0];

    /** Sums for the user at work: whole units of linear decay; of exponential decay millionths, and units of 1e-17. */
    private long[] coarse = new long[0];
    private long[] fine = new long[0];
    private boolean[] isMet = new boolean[0];
    private int[] met = new int[0];

    private final Best best = new Best(most);
    private final int[] order = new int[most];

    ClosestChunks(List<Node> users, long asOf, long window, Map<String, Object> bases, Double halfLife, long unitsOfOne) {
      super(users, guard);
      this.asOf = asOf;
      this.window = window;
      bases.forEach((type, base) -> this.bases.put(type, ((Number) base).longValue()));
      types = bases.keySet().stream().map(RelationshipType::withName).toArray(RelationshipType[]::new);
      this.halfLife = halfLife;
      rows = new TextRows(unitsOfOne);
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
      best.clear();
      for (int i = 0; i < count; i++) {
        int v = met[i];
        long weight = halfLife == null ? coarse[v] : rounded(coarse[v], fine[v]);
        coarse[v] = 0;
        fine[v] = 0;
        isMet[v] = false;
        if (weight > 0 && !suspended[v] && best.mayTake(weight)) best.offer(userIds[v], weight, v);
      }
      keep(user);
      best.orderById(order);
      for (int i = 0; i < best.size(); i++) {
        int place = order[i];
        rows.begin().number(userIds[u]).number(best.ids[place]).weight(best.weights[place]).number(place + 1).end();
      }
    }

    /** Adds up a user's activities in the window; returns how many people were met. */
    private int sum(Node user) {
      int count = 0;
      try (var activities = user.getRelationships(OUTGOING, types)) {
        for (Relationship activity : activities) {
          long at = (long) activity.getProperty("at");
          if (at <= asOf - window || at > asOf) continue;
          int v = numberOf(activity.getEndNode());
          if (!isMet[v]) {
            isMet[v] = true;
            met[count++] = v;
          }
          add(v, bases.get(activity.getType().name()), at);
        }
      }
      return count;
    }

    private void add(int v, long base, long at) {
      if (halfLife == null) {
        coarse[v] = Math.addExact(coarse[v], Math.multiplyExact(base, window - (asOf - at)));
        return;
      }
      double millionths = base / 1000.0 * Math.pow(2.0, (double) (at - asOf) / halfLife) * 1e6;
      double whole = Math.floor(millionths);
      coarse[v] = Math.addExact(coarse[v], (long) whole);
      fine[v] = Math.addExact(fine[v], Math.round((millionths - whole) * 1e11));
    }

    /** An exponential weight in units of 1e-9. */
    private static long rounded(long coarse, long fine) {
      return Math.addExact(Math.multiplyExact(coarse, 1_000), (fine + 50_000_000) / 100_000_000);
    }

    private void keep(Node user) {
      if (best.size() == 0) {
        user.removeProperty("closest");
        user.removeProperty("closestWeights");
        return;
      }
      user.setProperty("closest", Arrays.copyOf(best.ids, best.size()));
      user.setProperty("closestWeights", Arrays.copyOf(best.weights, best.size()));
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
      heap.allocateHeap((size - userIds.length) * (3L * Long.BYTES + 2 + Integer.BYTES + 20));
      userIds = Arrays.copyOf(userIds, size);
      suspended = Arrays.copyOf(suspended, size);
      coarse = Arrays.copyOf(coarse, size);
      fine = Arrays.copyOf(fine, size);
      isMet = Arrays.copyOf(isMet, size);
      met = Arrays.copyOf(met, size);
    }
  }
}
