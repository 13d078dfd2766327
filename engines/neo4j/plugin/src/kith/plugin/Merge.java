package kith.plugin;

import static org.neo4j.graphdb.Direction.OUTGOING;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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

/** What cypher/ingest/merge-like.cypher and its siblings do, which say what it is. */
public final class Merge {
  private static final Label userLabel = Label.label("User");

  @Context public Transaction transaction;
  @Context public TerminationGuard guard;

  /** A row of kith.merge. */
  public static final class Added {
    /** How many activities were not there yet. */
    public long added;
  }

  /** An activity of a pair: epoch seconds, and its message, null for a follow. */
  private record Activity(long at, Long messageId) {
    static Activity of(Object at, Object messageId) {
      return new Activity(((Number) at).longValue(), messageId == null ? null : ((Number) messageId).longValue());
    }

    static Activity of(List<?> list) {
      return of(list.get(0), list.size() > 1 ? list.get(1) : null);
    }
  }

  /**
   * @param type the relationships' type
   * @param users [[userId, [[engaged userId, [[epoch seconds, messageId], …]], …]], …]: each user, pair and activity once
   */
  @Procedure(name = "kith.merge", mode = Mode.WRITE)
  public Stream<Added> merge(@Name("type") String type, @Name("users") List<Object> users) {
    var result = new Added();
    for (Object row : users) {
      guard.check();
      List<?> user = (List<?>) row;
      result.added += mergeUser(RelationshipType.withName(type), user.get(0), (List<?>) user.get(1));
    }
    return Stream.of(result);
  }

  @SuppressWarnings("deprecation")
  private long mergeUser(RelationshipType type, Object userId, List<?> pairs) {
    Node user = transaction.findNode(userLabel, "userId", userId);
    if (user == null) return 0;
    var numbers = new Numbering();
    List<Node> others = new ArrayList<>();
    List<Set<Activity>> known = new ArrayList<>();
    List<List<?>> given = new ArrayList<>();
    for (Object item : pairs) {
      List<?> pair = (List<?>) item;
      Node other = transaction.findNode(userLabel, "userId", pair.get(0));
      if (other == null) continue;
      numbers.of(other.getId());
      others.add(other);
      known.add(new HashSet<>());
      given.add((List<?>) pair.get(1));
    }
    try (var activities = user.getRelationships(OUTGOING, type)) {
      for (Relationship activity : activities) {
        int number = numbers.find(activity.getEndNodeId());
        if (number >= 0)
          known.get(number).add(Activity.of(activity.getProperty("at"), activity.getProperty("messageId", null)));
      }
    }
    long added = 0;
    for (int i = 0; i < others.size(); i++)
      for (Object item : given.get(i)) {
        Activity activity = Activity.of((List<?>) item);
        if (known.get(i).contains(activity)) continue;
        Relationship created = user.createRelationshipTo(others.get(i), type);
        created.setProperty("at", activity.at());
        if (activity.messageId() != null) created.setProperty("messageId", activity.messageId());
        added++;
      }
    return added;
  }
}
