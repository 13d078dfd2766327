package kith.plugin;

import java.util.stream.Stream;
import org.neo4j.procedure.Mode;
import org.neo4j.procedure.Procedure;

/** Tells Kith which procedures it may call. */
public final class Version {
  /** Raised with every change of what a procedure takes, does or yields; see src/graph/compiled.ts. */
  private static final long number = 6;

  /** A row of kith.version. */
  public static final class Row {
    public long version;
  }

  @Procedure(name = "kith.version", mode = Mode.READ)
  public Stream<Row> version() {
    var row = new Row();
    row.version = number;
    return Stream.of(row);
  }
}
