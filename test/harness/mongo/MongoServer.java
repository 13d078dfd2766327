import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.util.List;

/** A server that speaks MongoDB's protocol, for tests: its port is the argument. The driver asks for the wire version of 4.4 or later. */
public class MongoServer {
  public static void main(String[] arguments) throws Exception {
    MemoryBackend backend = new MemoryBackend();
    backend.version(
        new MongoVersion() {
          @Override
          public List<Integer> getVersionArray() {
            return List.of(5, 0, 0);
          }

          @Override
          public int getWireVersion() {
            return 13;
          }

          @Override
          public String toVersionString() {
            return "5.0.0";
          }
        });
    backend.enableOplog();
    var server = new de.bwaldvogel.mongo.MongoServer(backend);
    server.bind("127.0.0.1", Integer.parseInt(arguments[0]));
    System.out.println("READY");
    Thread.currentThread().join();
  }
}
