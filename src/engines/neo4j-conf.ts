import { totalmem } from 'node:os';
import type { Settings } from '../config/settings.ts';

const MiB = 1024 ** 2;

/** The embedded Neo4j's neo4j.conf; paths are under Neo4j's home. A query limit is in milliseconds. */
export function neo4jConf(
  ports: { bolt: number; http: number },
  { pageCache, queryLimit }: { pageCache: string; queryLimit: number },
): string {
  return `# Written by kith at every start.
server.config.strict_validation.enabled=true
server.directories.logs=logs/neo4j
server.default_listen_address=127.0.0.1
server.default_advertised_address=127.0.0.1
server.bolt.enabled=true
server.bolt.listen_address=127.0.0.1:${ports.bolt}
server.bolt.advertised_address=127.0.0.1:${ports.bolt}
internal.server.bolt.connection_shutdown_wait_time=1s
internal.server.bolt.thread_pool_shutdown_wait_time=1s
server.http.enabled=true
server.http.listen_address=127.0.0.1:${ports.http}
server.http.advertised_address=127.0.0.1:${ports.http}
server.https.enabled=false
dbms.security.auth_enabled=true
# LOAD CSV reads nothing: no file of this machine, and no address in any network.
dbms.security.allow_csv_import_from_file_urls=false
server.directories.import=import
internal.dbms.cypher_ip_blocklist=0.0.0.0/0,::/0
# Kith's own plugin, and nothing else that somebody puts there.
server.directories.plugins=plugins
dbms.security.procedures.allowlist=db.*,dbms.*,tx.*,kith.*
# Browser talks Bolt.
server.http_enabled_modules=BROWSER
# For transactions that don't say how long they may take, as Kith's do.
db.transaction.timeout=${queryLimit}ms
dbms.usage_report.enabled=false
client.allow_telemetry=false
server.memory.pagecache.size=${pageCache}
db.tx_log.rotation.size=64M
db.tx_log.rotation.retention_policy=2 files
db.tx_log.preallocate=false
`;
}

/**
 * Heap and page cache: from the settings, or else a share of the machine's memory. Units are Java's and Neo4j's
 * (`512m`).
 */
export function memorySizes(
  embedded: Pick<Settings['embedded'], 'neo4jHeap' | 'neo4jPageCache'>,
  totalBytes = machineMemory(),
): { heap: string; pageCache: string } {
  return {
    heap: embedded.neo4jHeap ?? mebibytes(totalBytes / 5, 512, 4096),
    pageCache: embedded.neo4jPageCache ?? mebibytes(totalBytes / 6, 128, 4096),
  };
}

function mebibytes(bytes: number, least: number, most: number): string {
  return `${Math.min(Math.max(Math.floor(bytes / MiB), least), most)}m`;
}

/** Bytes; a container's limit, if there is one. */
function machineMemory(): number {
  const limit = process.constrainedMemory?.() ?? 0;
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
