package kith.plugin;

import static org.neo4j.graphdb.Direction.INCOMING;
import static org.neo4j.graphdb.Direction.OUTGOING;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.neo4j.graphdb.Direction;
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

/** What cypher/circles/recommend.cypher does, which says what it is; here with rows for Postgres. */
public final class Circles {
  private static final int mostVias = 10;
  private static final long phantoms = 300_000_000_000L;
  private static final long halfOfReciprocity = 750_000;

  /** In the order in which a reason names them. */
  private static final String[] sources = {"circle", "popular", "engages-with-you"};
  private static final int circle = 0;
  private static final int popular = 1;
  private static final int engagesWithYou = 2;

  /** By a bit for each source. */
  private static final byte[][] sourceNames =
      IntStream.range(0, 1 << sources.length).mapToObj(Circles::namesOf).toArray(byte[][]::new);

  @Context public Transaction transaction;
  @Context public TerminationGuard guard;
  @Context public ProcedureMemory memory;

  /**
   * @param users in the order of their ids, without suspended ones
   * @param asOf epoch seconds
   * @param window seconds
   * @param bases of each relationship type, in thousandths
   * @param halfLife seconds; null: linear decay
   * @param unitsOfOne the number of exact units in a weight of 1
   * @param minReputation null: nobody is filtered by reputation
   * @param popular user ids, the most popular first
   * @param popularShares of each of them, in 1e-7
   * @param popularAtMost how many of them one user with vias is recommended
   * @param busy user ids of those who are a via and count as engaging only where they are a closest connection
   * @param hidden whom nobody is recommended
   * @param inactive who has done nothing for too long to be recommended
   * @param population the number of all users
   */
  @Procedure(name = "kith.circles", mode = Mode.READ)
  public Stream<RecommendedChunk> circles(
      @Name("users") List<Node> users,
      @Name("asOf") long asOf,
      @Name("window") long window,
      @Name("bases") Map<String, Object> bases,
      @Name("halfLife") Double halfLife,
      @Name("unitsOfOne") long unitsOfOne,
      @Name("minReputation") Double minReputation,
      @Name("popular") List<Long> popular,
      @Name("popularShares") List<Long> popularShares,
      @Name("popularAtMost") long popularAtMost,
      @Name("busy") List<Long> busy,
      @Name("hidden") List<Long> hidden,
      @Name("inactive") List<Long> inactive,
      @Name("population") long population) {
    var candidates = new Candidates(transaction, memory, asOf, minReputation, hidden, inactive);
    var engagement = new Engagement(candidates, bases, new EdgeSums(asOf, window, halfLife), window, unitsOfOne);
    boolean fromEverybody = Incoming.pays(users.size(), population);
    return new CircleChunks(
            users, candidates, engagement, popular, popularShares, popularAtMost, Set.copyOf(busy), fromEverybody)
        .stream();
  }

  private static byte[] namesOf(int bits) {
    return IntStream.range(0, sources.length)
        .filter(source -> (bits & 1 << source) != 0)
        .mapToObj(source -> sources[source])
        .collect(Collectors.joining(" + "))
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Who engages with the user at work. */
  private static final class Engagement {
    private final Candidates candidates;
    private final RelationshipType[] types;
    private final Map<String, Long> bases = new HashMap<>();
    private final EdgeSums sums;
    private final long mostWeight;
    private final long mostRecent;

    /** What everybody's activities add to the scores of the users; null: read from each user. */
    private Incoming known;

    private boolean[] isMet = new boolean[0];
    int[] met = new int[0];
    /** What each of those adds to the score. */
    long[] terms = new long[0];
    int count;

    Engagement(Candidates candidates, Map<String, Object> bases, EdgeSums sums, long window, long unitsOfOne) {
      this.candidates = candidates;
      types = bases.keySet().stream().map(RelationshipType::withName).toArray(RelationshipType[]::new);
      bases.forEach((type, base) -> this.bases.put(type, ((Number) base).longValue()));
      this.sums = sums;
      mostWeight = unitsOfOne;
      mostRecent = 1_000 * (window / 8);
    }

    /** Finds out what everybody's activities add to the scores of these users. */
    void readEverybody(List<Node> users, Transaction transaction, TerminationGuard guard) {
      known = candidates.newIncoming();
      for (Node user : users) known.want(candidates.numberOf(user));
      try (var everybody = transaction.findNodes(Label.label("User"))) {
        while (known != null && everybody.hasNext()) {
          guard.check();
          Node x = everybody.next();
          if (candidates.isSuspended(x)) continue;
          sum(x, OUTGOING);
          if (!keep(candidates.numberOf(x))) known = null;
        }
      }
    }

    private boolean keep(int x) {
      for (int i = 0; i < count; i++)
        if (terms[i] > 0 && known.wants(met[i]) && !known.add(met[i], x, terms[i])) return false;
      return true;
    }

    void read(Node user) {
      if (known == null) {
        sum(user, INCOMING);
        return;
      }
      count = 0;
      for (int pair = known.first(candidates.numberOf(user)); pair >= 0; pair = known.next(pair)) {
        if (count == met.length) grow(candidates.capacity());
        met[count] = known.from(pair);
        terms[count++] = known.term(pair);
      }
    }

    /** Adds up a user's activities in a direction, with everybody who is not suspended. */
    private void sum(Node user, Direction direction) {
      count = 0;
      try (var activities = user.getRelationships(direction, types)) {
        for (Relationship activity : activities) {
          long at = (long) activity.getProperty("at");
          if (!sums.counts(at)) continue;
          Node other = activity.getOtherNode(user);
          if (candidates.isSuspended(other)) continue;
          int w = candidates.numberOf(other);
          if (w >= isMet.length) grow(candidates.capacity());
          if (!isMet[w]) {
            isMet[w] = true;
            met[count++] = w;
          }
          sums.add(w, bases.get(activity.getType().name()), at);
        }
      }
      for (int i = 0; i < count; i++) {
        int w = met[i];
        long weight = sums.weight(w);
        long recent = sums.recent(w);
        terms[i] = weight == 0 ? 0 : halfOfReciprocity * Math.min(weight, mostWeight) / mostWeight;
        if (weight > 0 && recent > 0) terms[i] += halfOfReciprocity * Math.min(recent, mostRecent) / mostRecent;
        sums.clear(w);
        isMet[w] = false;
      }
    }

    private void grow(int size) {
      candidates.allocate((size - isMet.length) * (EdgeSums.bytes + 1 + Integer.BYTES + Long.BYTES));
      sums.grow(size);
      isMet = Arrays.copyOf(isMet, size);
      met = Arrays.copyOf(met, size);
      terms = Arrays.copyOf(terms, size);
    }
  }

  /** What a via carries: whom the people around it engage with, and what a tie to it makes the popular count. */
  private record Via(int[] alike, long[] shares, long phantom) {
    static final Via empty = new Via(new int[0], new long[0], 0);
  }

  private final class CircleChunks extends Chunks<RecommendedChunk> {
    private static final long[] nobody = {};

    private final Candidates candidates;
    private final Engagement engagement;
    private final int[] popularNumbers;
    private final long[] popularShares;
    /** Null if any number of the popular may be chosen. */
    private final Best limited;
    private final TextRows recommendations = new TextRows(1);
    private final TextRows reasons = new TextRows(1);

    /** By number; null until it is needed. */
    private Via[] vias = new Via[0];

    private final Best best = new Best(RecommendedChunk.most);
    private final int[] order = new int[RecommendedChunk.most];
    private final Reasons reasonsOf = new Reasons();
    private final Set<Long> busy;
    private final List<Node> users;
    /** Whether to look at everybody's own activities, instead of those towards each user. */
    private final boolean fromEverybody;

    CircleChunks(
        List<Node> users,
        Candidates candidates,
        Engagement engagement,
        List<Long> popular,
        List<Long> popularShares,
        long popularAtMost,
        Set<Long> busy,
        boolean fromEverybody) {
      super(users, guard);
      this.users = users;
      this.fromEverybody = fromEverybody;
      this.candidates = candidates;
      this.engagement = engagement;
      this.busy = busy;
      popularNumbers = popular.stream().mapToInt(candidates::numberOf).toArray();
      this.popularShares = popularShares.stream().mapToLong(Long::longValue).toArray();
      limited = popularAtMost < RecommendedChunk.most ? new Best((int) popularAtMost) : null;
      if (limited != null) for (int w : popularNumbers) candidates.limit(w);
    }

    @Override
    void begin() {
      if (fromEverybody) engagement.readEverybody(users, transaction, guard);
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
      long[] ids = viasOf(user);
      Via[] carried = new Via[ids.length];
      long phantom = 0;
      for (int i = 0; i < ids.length; i++) {
        carried[i] = viaOf(ids[i]);
        phantom += carried[i].phantom;
      }
      long popularity = 3 * (ids.length > 0 ? phantom / ids.length : 10_000_000);
      engagement.read(user);
      if (!busy.isEmpty()) forgetStrangers(user);
      for (Via via : carried)
        for (int i = 0; i < via.alike.length; i++) candidates.add(via.alike[i], via.shares[i] / ids.length);
      for (int i = 0; i < popularNumbers.length; i++) candidates.add(popularNumbers[i], popularTerm(popularity, i));
      for (int i = 0; i < engagement.count; i++) candidates.add(engagement.met[i], engagement.terms[i]);
      candidates.mark(user);
      candidates.choose(best, ids.length > 0 ? limited : null);
      reasonsOf.begin(best, candidates.capacity());
      for (int v = 0; v < ids.length; v++) {
        Via via = carried[v];
        for (int i = 0; i < via.alike.length; i++) explain(via.alike[i], ids[v], via.shares[i] / ids.length, circle);
      }
      for (int i = 0; i < popularNumbers.length; i++) {
        int w = popularNumbers[i];
        explain(w, candidates.id(w), popularTerm(popularity, i), popular);
      }
      for (int i = 0; i < engagement.count; i++) {
        int w = engagement.met[i];
        explain(w, candidates.id(w), engagement.terms[i], engagesWithYou);
      }
      reasonsOf.end(best);
      write((long) user.getProperty("userId"));
    }

    private long[] viasOf(Node user) {
      long[] ties = (long[]) user.getProperty("ties", nobody);
      if (!busy.isEmpty()) ties = Arrays.stream(ties).filter(tie -> !isBusyStranger(tie, user)).toArray();
      return Arrays.copyOf(ties, Math.min(ties.length, mostVias));
    }

    private void forgetStrangers(Node user) {
      for (int i = 0; i < engagement.count; i++)
        if (isBusyStranger(candidates.id(engagement.met[i]), user)) engagement.terms[i] = 0;
    }

    private boolean isBusyStranger(long id, Node user) {
      if (!busy.contains(id)) return false;
      for (long near : (long[]) user.getProperty("closest", nobody)) if (near == id) return false;
      return true;
    }

    private long popularTerm(long popularity, int i) {
      return popularity * popularShares[i] / 100_000_000;
    }

    private void explain(int w, long reason, long term, int source) {
      int place = term > 0 ? reasonsOf.placeOf(w) : -1;
      if (place >= 0) reasonsOf.join(place, reason, term, source);
    }

    private void write(long userId) {
      best.orderById(order);
      for (int i = 0; i < best.size(); i++) {
        int place = order[i];
        long recId = best.ids[place];
        for (int j = 0; j < reasonsOf.count(place); j++)
          reasons
              .begin()
              .number(userId)
              .number(recId)
              .number(reasonsOf.id(place, j))
              .sevenPlaces(reasonsOf.weight(place, j))
              .words(sourceNames[reasonsOf.sources(place, j)])
              .end();
        recommendations
            .begin()
            .number(userId)
            .number(recId)
            .sevenPlaces(best.weights[place])
            .number(place + 1)
            .words(sourceNames[1 << reasonsOf.largestSource(place)])
            .end();
      }
    }

    private Via viaOf(long id) {
      int number = candidates.numberOf(id);
      if (number >= vias.length) vias = Arrays.copyOf(vias, candidates.capacity());
      if (vias[number] == null) vias[number] = load(candidates.node(number));
      return vias[number];
    }

    private Via load(Node node) {
      Map<String, Object> lists = node.getProperties("alike", "alikeShares", "circleMass");
      long[] ids = (long[]) lists.getOrDefault("alike", nobody);
      int[] alike = new int[ids.length];
      for (int i = 0; i < ids.length; i++) alike[i] = candidates.numberOf(ids[i]);
      candidates.allocate(96 + ids.length * (long) (Integer.BYTES + Long.BYTES));
      return new Via(alike, (long[]) lists.getOrDefault("alikeShares", nobody), phantoms / (long) lists.get("circleMass"));
    }
  }
}
