package kith.plugin;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.neo4j.graphdb.Node;
import org.neo4j.graphdb.Transaction;
import org.neo4j.procedure.Context;
import org.neo4j.procedure.Mode;
import org.neo4j.procedure.Name;
import org.neo4j.procedure.Procedure;
import org.neo4j.procedure.TerminationGuard;
import org.neo4j.procedure.memory.ProcedureMemory;

/** What cypher/recommend/recommend.cypher does, which says what it is; here with rows for Postgres. */
public final class Recommend {
  @Context public Transaction transaction;
  @Context public TerminationGuard guard;
  @Context public ProcedureMemory memory;

  /**
   * @param users in the order of their ids
   * @param asOf epoch seconds
   * @param minReputation null: nobody is filtered by reputation
   * @param unitsOfOne the number of exact units in a weight of 1
   * @param hidden whom nobody is recommended
   * @param inactive who has done nothing for too long to be recommended
   */
  @Procedure(name = "kith.recommend", mode = Mode.READ)
  public Stream<RecommendedChunk> recommend(
      @Name("users") List<Node> users,
      @Name("asOf") long asOf,
      @Name("minReputation") Double minReputation,
      @Name("unitsOfOne") long unitsOfOne,
      @Name("hidden") List<Long> hidden,
      @Name("inactive") List<Long> inactive) {
    return new RecommendChunks(users, asOf, minReputation, unitsOfOne, hidden, inactive).stream();
  }

  private final class RecommendChunks extends Chunks<RecommendedChunk> {
    private static final int[] nobody = {};

    private final Candidates candidates;
    private final TextRows recommendations;
    private final TextRows reasons;

    /** The list of everybody who was met, by number; null until it is needed. */
    private int[][] closest = new int[0][];
    private long[][] weights = new long[0][];

    private final Best best = new Best(RecommendedChunk.most);
    private final int[] order = new int[RecommendedChunk.most];
    private final Reasons reasonsOf = new Reasons();

    RecommendChunks(
        List<Node> users,
        long asOf,
        Double minReputation,
        long unitsOfOne,
        List<Long> hidden,
        List<Long> inactive) {
      super(users, guard);
      candidates = new Candidates(transaction, memory, asOf, minReputation, hidden, inactive);
      recommendations = new TextRows(unitsOfOne);
      reasons = new TextRows(unitsOfOne);
    }

    @Override
    void close() {
      candidates.close();
    }

    @Override
    boolean isFull() {
      return reasons.length() >= chunkLength;
    }

    @Override
    RecommendedChunk take(long users) {
      return RecommendedChunk.of(users, recommendations, reasons, candidates);
    }

    @Override
    void add(Node user) {
      int u = candidates.numberOf(user);
      load(u, user);
      int[] vias = closest[u];
      for (int v : vias) if (v >= closest.length || closest[v] == null) load(v, candidates.node(v));
      for (int v : vias) {
        int[] list = closest[v];
        long[] adds = weights[v];
        for (int i = 0; i < list.length; i++) candidates.add(list[i], adds[i]);
      }
      candidates.mark(user);
      candidates.choose(best, null);
      reasonsOf.begin(best, candidates.capacity());
      for (int v : vias) {
        int[] list = closest[v];
        for (int i = 0; i < list.length; i++) {
          int place = reasonsOf.placeOf(list[i]);
          if (place >= 0) reasonsOf.add(place, candidates.id(v), weights[v][i]);
        }
      }
      reasonsOf.end(best);
      write(candidates.id(u));
    }

    private void write(long userId) {
      best.orderById(order);
      for (int i = 0; i < best.size(); i++) {
        int place = order[i];
        long recId = best.ids[place];
        recommendations.begin().number(userId).number(recId).weight(best.weights[place]).number(place + 1).end();
        for (int j = 0; j < reasonsOf.count(place); j++)
          reasons.begin().number(userId).number(recId).number(reasonsOf.id(place, j)).weight(reasonsOf.weight(place, j)).end();
      }
    }

    /** Reads a user's list, if it is not known yet; in the order of ids, so that reasons come in the order of their keys. */
    private void load(int number, Node user) {
      if (number < closest.length && closest[number] != null) return;
      Map<String, Object> lists = user == null ? Map.of() : user.getProperties("closest", "closestWeights");
      long[] ids = (long[]) lists.get("closest");
      if (ids == null) {
        hold(number, nobody, null);
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
      for (int i = 0; i < list.length; i++) list[i] = candidates.numberOf(ids[i]);
      candidates.allocate(64 + list.length * (long) (Integer.BYTES + Long.BYTES));
      hold(number, list, of);
    }

    private void hold(int number, int[] list, long[] of) {
      if (number >= closest.length) {
        int size = candidates.capacity();
        candidates.allocate((size - closest.length) * 2L * Long.BYTES);
        closest = Arrays.copyOf(closest, size);
        weights = Arrays.copyOf(weights, size);
      }
      closest[number] = list;
      weights[number] = of;
    }
  }
}
