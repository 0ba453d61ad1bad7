// A Mongo-compatible server for tests: `java -cp 'lib/*' Main.java PORT FILE`. Prints the port once it
// listens (PORT 0: a free one); ends cleanly on SIGTERM, which keeps what was written.

import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import java.util.List;

public class Main {
  // The newest version the library names speaks wire version 8; the Node driver asks for 9 and more.
  static final class Five implements MongoVersion {
    public List<Integer> getVersionArray() {
      return List.of(5, 0, 0);
    }

    public int getWireVersion() {
      return 13;
    }
  }

  public static void main(String[] args) {
    H2Backend backend = new H2Backend(args[1]);
    backend.version(new Five());
    MongoServer server = new MongoServer(backend);
    Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow));
    server.bind("127.0.0.1", Integer.parseInt(args[0]));
    System.out.println("listening " + server.getLocalAddress().getPort());
  }
}
