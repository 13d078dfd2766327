package kith;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.neo4j.cli.AdminTool;
import org.neo4j.cli.ExecutionContext;
import org.neo4j.dbms.DatabaseStateService;
import org.neo4j.dbms.api.DatabaseManagementService;
import org.neo4j.dbms.api.DatabaseManagementServiceBuilder;
import org.neo4j.kernel.internal.GraphDatabaseAPI;

/**
 * Neo4j Community with Bolt and Browser. Argument: Neo4j's home (with conf/neo4j.conf in it). Standard input: the
 * password of its first user, which is then on no command line and in no file that this process could read again.
 * Stops on SIGTERM.
 * The last line of its output is READY, or FAILED and the reason.
 */
public final class Neo4jServer {
  public static void main(String[] args) {
    Path home = Path.of(args[0]).toAbsolutePath();
    try {
      start(home);
      System.out.println("READY");
    } catch (Throwable failure) {
      failure.printStackTrace();
      System.out.println("FAILED " + reason(failure));
      System.exit(1);
    }
  }

  private static void start(Path home) throws Exception {
    Path conf = home.resolve("conf");
    if (Files.notExists(home.resolve("data/databases/system"))) setInitialPassword(home, conf);
    System.in.close();
    DatabaseManagementService dbms = new DatabaseManagementServiceBuilder(home)
        .loadPropertiesFromFile(conf.resolve("neo4j.conf"))
        .build();
    Runtime.getRuntime().addShutdownHook(new Thread(dbms::shutdown));
    GraphDatabaseAPI system = (GraphDatabaseAPI) dbms.database("system");
    DatabaseStateService states = system.getDependencyResolver().resolveDependency(DatabaseStateService.class);
    // A database that can't start (a full disk, a broken store) does not stop the others: ask each of them.
    for (var database : states.stateOfAllDatabases().keySet()) {
      Throwable failure = states.causeOfFailure(database).orElse(null);
      if (failure != null) throw new IllegalStateException("database " + database.name(), failure);
    }
  }

  /** Has an effect only before the first start, when there is no system database yet. */
  private static void setInitialPassword(Path home, Path conf) throws Exception {
    String secret = new String(System.in.readAllBytes(), StandardCharsets.UTF_8).strip();
    int code = AdminTool.execute(new ExecutionContext(home, conf), "dbms", "set-initial-password", secret);
    if (code != 0) throw new IllegalStateException("the password of the first user could not be set");
  }

  private static String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && cause.getCause() != cause) cause = cause.getCause();
    String text = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    return text.lines().findFirst().orElse(text);
  }

  private Neo4jServer() {}
}
