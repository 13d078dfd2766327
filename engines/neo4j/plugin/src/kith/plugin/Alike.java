package kith.plugin;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.neo4j.graphdb.Label;
import org.neo4j.graphdb.Node;
import org.neo4j.graphdb.Transaction;
import org.neo4j.procedure.Context;
import org.neo4j.procedure.Mode;
import org.neo4j.procedure.Name;
import org.neo4j.procedure.Procedure;
import org.neo4j.procedure.TerminationGuard;
import org.neo4j.procedure.memory.ProcedureMemory;
import org.neo4j.procedure.memory.ProcedureMemoryTracker;

/** What cypher/circles/alike.cypher does, which says what it is. */
public final class Alike {
  private static final int most = 50;
  private static final long unitsOfOne = 10_000_000;
  private static final long massOfNobody = 30_000;
  private static final long ownVoices = 3;
  private static final int none = -1;

  /** By the number of ties: 10^4 / √n, rounded. */
  private static final long[] voices = {
    0, 10000, 7071, 5774, 5000, 4472, 4082, 3780, 3536, 3333, 3162, 3015, 2887, 2774, 2673, 2582, 2500, 2425, 2357, 2294,
    2236
  };

  @Context public Transaction transaction;
  @Context public TerminationGuard guard;
  @Context public ProcedureMemory memory;

  @Procedure(name = "kith.alike", mode = Mode.WRITE)
  public void alike(@Name("users") List<Node> users) {
    var members = new Members(users);
    try {
      members.read();
      for (int v = 0; v < users.size(); v++) {
        guard.check();
        members.keep(users.get(v), v);
      }
    } finally {
      members.heap.close();
    }
  }

  /** The circles of some users, and what their members vote for. */
  private final class Members {
    private static final long[] nobody = {};

    final ProcedureMemoryTracker heap = memory.newTracker();

    /** Everybody who is of account, by user id; the users come first. */
    private final Numbering people = new Numbering();
    private final int users;
    private long[] sums = new long[0];
    private int[] summed = new int[0];
    private int summedCount;

    /** Members, in the order in which they were read. */
    private long[] voice = new long[0];
    private int[][] closest = new int[0][];
    private byte[][] votes = new byte[0][];
    private int memberCount;
    /** By user: the last place in a circle, and the place of the user among the members; or none. */
    private final int[] last;
    private final int[] own;
    /** By place in a circle: the member, and the place before. */
    private int[] member = new int[0];
    private int[] before = new int[0];
    private int placeCount;

    private final Best best = new Best(most);

    Members(List<Node> users) {
      this.users = users.size();
      heap.allocateHeap(users.size() * (2L * Integer.BYTES));
      last = new int[users.size()];
      own = new int[users.size()];
      Arrays.fill(last, none);
      Arrays.fill(own, none);
      for (Node user : users) numberOf((long) user.getProperty("userId"));
    }

    /** Reads everybody who is in one of the circles. */
    void read() {
      try (var everybody = transaction.findNodes(Label.label("User"))) {
        while (everybody.hasNext()) {
          guard.check();
          add(everybody.next());
        }
      }
    }

    private void add(Node x) {
      long[] ties = (long[]) x.getProperty("ties", nobody);
      if (ties.length == 0) return;
      boolean isMember = false;
      for (long tie : ties) {
        int v = people.find(tie);
        if (v < 0 || v >= users) continue;
        addPlace(v);
        isMember = true;
      }
      int v = people.find((long) x.getProperty("userId"));
      if (v >= 0 && v < users) {
        own[v] = memberCount;
        isMember = true;
      }
      if (isMember) addMember(x, voices[ties.length]);
    }

    private void addPlace(int v) {
      if (placeCount == member.length) {
        int size = Math.max(1 << 10, 2 * placeCount);
        heap.allocateHeap((size - placeCount) * (2L * Integer.BYTES));
        member = Arrays.copyOf(member, size);
        before = Arrays.copyOf(before, size);
      }
      member[placeCount] = memberCount;
      before[placeCount] = last[v];
      last[v] = placeCount++;
    }

    private void addMember(Node x, long voice) {
      if (memberCount == this.voice.length) {
        int size = Math.max(1 << 10, 2 * memberCount);
        heap.allocateHeap((size - memberCount) * (3L * Long.BYTES));
        this.voice = Arrays.copyOf(this.voice, size);
        closest = Arrays.copyOf(closest, size);
        votes = Arrays.copyOf(votes, size);
      }
      Map<String, Object> lists = x.getProperties("closest", "closestVotes");
      long[] ids = (long[]) lists.getOrDefault("closest", nobody);
      long[] given = (long[]) lists.getOrDefault("closestVotes", nobody);
      int[] numbers = new int[ids.length];
      byte[] ofNumbers = new byte[ids.length];
      for (int i = 0; i < ids.length; i++) {
        numbers[i] = numberOf(ids[i]);
        ofNumbers[i] = (byte) given[i];
      }
      heap.allocateHeap(48 + ids.length * (Integer.BYTES + 1L));
      this.voice[memberCount] = voice;
      closest[memberCount] = numbers;
      votes[memberCount++] = ofNumbers;
    }

    void keep(Node user, int v) {
      if (own[v] == none && last[v] == none) {
        user.removeProperty("alike");
        user.removeProperty("alikeShares");
        user.removeProperty("circleMass");
        return;
      }
      // Who mutes all their ties has none, but may be one of theirs.
      long mass = massOfNobody + (own[v] == none ? 0 : listen(own[v], ownVoices));
      for (int place = last[v]; place != none; place = before[place]) mass += listen(member[place], 1);
      best.clear();
      for (int i = 0; i < summedCount; i++) {
        int w = summed[i];
        if (best.mayTake(sums[w])) best.offer(people.id(w), sums[w], w);
        sums[w] = 0;
      }
      summedCount = 0;
      user.setProperty("circleMass", mass);
      if (best.size() == 0) {
        user.removeProperty("alike");
        user.removeProperty("alikeShares");
        return;
      }
      long[] shares = new long[best.size()];
      for (int i = 0; i < shares.length; i++) {
        long sum = best.weights[i];
        shares[i] = sum / mass * unitsOfOne + sum % mass * unitsOfOne / mass;
      }
      user.setProperty("alike", Arrays.copyOf(best.ids, best.size()));
      user.setProperty("alikeShares", shares);
    }

    /** Adds a member's votes, and returns how loud the member is. */
    private long listen(int x, long times) {
      long loud = times * voice[x];
      int[] list = closest[x];
      for (int i = 0; i < list.length; i++) {
        int w = list[i];
        if (sums[w] == 0) {
          if (summedCount == summed.length) summed = Arrays.copyOf(summed, Math.max(1 << 10, 2 * summedCount));
          summed[summedCount++] = w;
        }
        sums[w] = Math.addExact(sums[w], loud * votes[x][i]);
      }
      return loud;
    }

    private int numberOf(long userId) {
      int number = people.of(userId);
      if (number == sums.length) {
        int size = Math.max(1 << 10, 2 * number);
        heap.allocateHeap((size - sums.length) * (Long.BYTES + Integer.BYTES + Numbering.bytes));
        sums = Arrays.copyOf(sums, size);
      }
      return number;
    }
  }
}
