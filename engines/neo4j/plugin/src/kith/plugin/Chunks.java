package kith.plugin;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.neo4j.graphdb.Node;
import org.neo4j.procedure.TerminationGuard;

/** A stream of chunks of text, each computed when the client asks for it. */
abstract class Chunks<Chunk> implements Iterator<Chunk> {
  /** Characters after which a chunk is handed over: enough to make what a row costs in Bolt vanish. */
  static final int chunkLength = 1 << 16;

  private final Iterator<Node> users;
  private final TerminationGuard guard;
  private boolean isBegun;

  Chunks(List<Node> users, TerminationGuard guard) {
    this.users = users.iterator();
    this.guard = guard;
  }

  /** Called once, before the first user. */
  void begin() {}

  abstract void add(Node user);

  /** Whether what was added is enough for a chunk. */
  abstract boolean isFull();

  /** What was added since the last time, of so many users. */
  abstract Chunk take(long users);

  abstract void close();

  Stream<Chunk> stream() {
    var chunks = Spliterators.spliteratorUnknownSize(this, Spliterator.ORDERED | Spliterator.NONNULL);
    return StreamSupport.stream(chunks, false).onClose(this::close);
  }

  @Override
  public boolean hasNext() {
    return users.hasNext();
  }

  @Override
  public Chunk next() {
    if (!hasNext()) throw new NoSuchElementException();
    if (!isBegun) begin();
    isBegun = true;
    int done = 0;
    for (; users.hasNext() && !isFull(); done++) {
      guard.check();
      add(users.next());
    }
    return take(done);
  }
}
