package kith;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.neo4j.cli.AdminTool;
import org.neo4j.cli.ExecutionContext;

/**
 * Neo4j's own bulk importer on a home of its own. Arguments: that home (with conf/neo4j.conf in it), then the options
 * of `neo4j-admin database import full neo4j`. Succeeds once the whole store is on disk. Ends when its standard input
 * does, so that it never outlives the process that asked for it.
 */
public final class Neo4jImport {
  public static void main(String[] args) throws IOException {
    Thread parent = new Thread(Neo4jImport::endWithParent);
    parent.setDaemon(true);
    parent.start();
    Path home = Path.of(args[0]).toAbsolutePath();
    List<String> command = new ArrayList<>(List.of("database", "import", "full", "neo4j"));
    command.addAll(List.of(args).subList(1, args.length));
    int code = AdminTool.execute(new ExecutionContext(home, home.resolve("conf")), command.toArray(String[]::new));
    if (code == 0) sync(home.resolve("data"));
    System.exit(code);
  }

  private static void endWithParent() {
    try {
      while (System.in.read() >= 0) {}
    } catch (IOException closed) {
      // A broken pipe says the same as its end.
    }
    Runtime.getRuntime().halt(130);
  }

  private static void sync(Path folder) throws IOException {
    List<Path> all;
    try (Stream<Path> paths = Files.walk(folder)) {
      all = paths.toList();
    }
    for (Path path : all) force(path);
  }

  private static void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private Neo4jImport() {}
}
