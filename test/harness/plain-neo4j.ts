import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../src/config/project.ts';
import { pluginJar, spawnJava } from '../../src/engines/java.ts';
import type { Neo4jAccess } from '../../src/engines/reach.ts';
import { freePort } from './free-port.ts';

/**
 * A Neo4j server as somebody else may run one: with or without Kith's plugin, and with settings of its own, as lines of
 * neo4j.conf.
 */
export async function startPlainNeo4j(options: {
  plugin: boolean;
  conf?: readonly string[];
}): Promise<{ access: Neo4jAccess } & AsyncDisposable> {
  const home = mkdtempSync(join(tmpdir(), 'kith-plain-neo4j-'));
  for (const folder of ['conf', 'plugins']) mkdirSync(join(home, folder));
  if (options.plugin) copyFileSync(pluginJar, join(home, 'plugins', 'kith-plugin.jar'));
  const port = await freePort();
  const conf = [
    'dbms.usage_report.enabled=false',
    'db.tx_log.preallocate=false',
    'server.memory.pagecache.size=64m',
    'server.http.enabled=false',
    'server.bolt.enabled=true',
    `server.bolt.listen_address=127.0.0.1:${port}`,
    ...(options.conf ?? []),
  ];
  writeFileSync(join(home, 'conf', 'neo4j.conf'), `${conf.join('\n')}\n`);
  const java = { user: undefined, folder: join(projectRoot, 'engines', 'neo4j') };
  const child = spawnJava(java, 'Neo4jServer', [home], {
    heap: '512m',
    cwd: home,
    detached: false,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = once(child, 'close');
  child.stdin?.end('a password');
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
    rmSync(home, { recursive: true, force: true });
  };
  let output = '';
  for await (const text of child.stdout ?? []) {
    output += text;
    if (/^(READY|FAILED)/m.test(output)) break;
  }
  if (!/^READY/m.test(output)) {
    await stop();
    throw new Error(`Neo4j did not start: ${output.split('\n').slice(-3).join(' ')}`);
  }
  const access = { uri: `bolt://127.0.0.1:${port}`, username: 'neo4j', password: 'a password' };
  return { access, [Symbol.asyncDispose]: stop };
}
