package kith;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.neo4j.cli.AdminTool;
import org.neo4j.cli.ExecutionContext;
import org.neo4j.dbms.DatabaseStateService;
import org.neo4j.dbms.api.DatabaseManagementService;
import org.neo4j.dbms.api.DatabaseManagementServiceBuilder;
import org.neo4j.graphdb.event.DatabaseEventContext;
import org.neo4j.graphdb.event.DatabaseEventListenerAdapter;
import org.neo4j.kernel.internal.GraphDatabaseAPI;
import org.neo4j.monitoring.DatabaseHealth;

/**
 * Neo4j Community with Bolt and Browser. Argument: Neo4j's home (with conf/neo4j.conf in it). Standard input: the
 * password of its first user, which is then on no command line and in no file that this process could read again.
 * Stops on SIGTERM.
 * The last line of its output is READY, or FAILED and the reason: it ends if a database can't be opened, and later if
 * one has to be restarted, as after a full disk.
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
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      haltIfBroken(dbms);
      dbms.shutdown();
    }));
    dbms.registerDatabaseEventListener(new DatabaseEventListenerAdapter() {
      @Override
      public void databasePanic(DatabaseEventContext context) {
        new Thread(() -> {
          pause();
          try {
            haltIfBroken(dbms);
          } finally {
            // It may be stopping already, and then nobody can ask it for the cause.
            halt(context.getDatabaseName(), "it reported a failure");
          }
        }).start();
      }
    });
    GraphDatabaseAPI system = (GraphDatabaseAPI) dbms.database("system");
    DatabaseStateService states = system.getDependencyResolver().resolveDependency(DatabaseStateService.class);
    // A database that can't start (a full disk, a broken store) does not stop the others: ask each of them.
    for (var database : states.stateOfAllDatabases().keySet()) {
      Throwable failure = states.causeOfFailure(database).orElse(null);
      if (failure != null) {
        failure.printStackTrace();
        throw new IllegalStateException("the database " + database.name() + " can't be opened: " + reason(failure));
      }
    }
    haltIfBroken(dbms);
  }

  /**
   * A database that could not write its transaction log refuses everything from then on. An orderly stop would write to
   * the log behind what is torn, and then the store could never be opened again; a start after a halt drops what is
   * torn and recovers all that was committed.
   */
  private static void haltIfBroken(DatabaseManagementService dbms) {
    for (String name : dbms.listDatabases()) {
      DatabaseHealth health;
      try {
        health = ((GraphDatabaseAPI) dbms.database(name)).getDependencyResolver().resolveDependency(DatabaseHealth.class);
      } catch (RuntimeException stopped) {
        continue;
      }
      if (health.hasNoPanic()) continue;
      halt(name, reason(health.causeOfPanic()));
    }
  }

  private static void halt(String database, String reason) {
    System.out.println("FAILED the database " + database + " has to be restarted: " + reason);
    Runtime.getRuntime().halt(1);
  }

  /** So that whoever was writing is told first. */
  private static void pause() {
    try {
      Thread.sleep(1_000);
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
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
