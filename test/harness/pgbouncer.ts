import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { projectRoot } from '../../src/config/project.ts';
import { engineOsUser } from '../../src/engines/os-user.ts';
import { fillIn } from '../../src/postgres/variables.ts';
import { freePort } from './free-port.ts';
import type { TestNetwork } from './network.ts';
import { until } from './until.ts';

export const pgbouncerIsMissing = 'PgBouncer is missing: install it (Debian: `apt-get install pgbouncer`).';

/** The path of PgBouncer; undefined if it is not installed. */
export function findPgbouncer(): string | undefined {
  return ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/usr/local/bin/pgbouncer', '/opt/homebrew/bin/pgbouncer'].find(
    (place) => existsSync(place),
  );
}

/**
 * PgBouncer before a network's Postgres, in transaction mode, as docker-compose.yml sets it up: readers log in by their
 * own roles. Its role and schema are made by the file that the composed Postgres runs.
 */
export class Pgbouncer implements AsyncDisposable {
  readonly #network: TestNetwork;
  readonly #process: ChildProcess;
  readonly port: number;

  private constructor(network: TestNetwork, child: ChildProcess, port: number) {
    this.#network = network;
    this.#process = child;
    this.port = port;
  }

  static async start(network: TestNetwork, program: string): Promise<Pgbouncer> {
    const password = 'of-the-pool';
    const script = readFileSync(join(projectRoot, 'compose', 'postgres', '20-pgbouncer.sql'), 'utf8');
    // The lines for psql name the variable's source and the database.
    const statements = script.replace(/^\\.*$/gm, '');
    await network.asSuperuser(fillIn(statements, { pool_password: password }));
    const folder = mkdtempSync(join(network.settings.home, 'pgbouncer-'));
    const port = await freePort();
    const server = new URL(network.stack.postgres.url);
    const config = join(folder, 'pgbouncer.ini');
    const users = join(folder, 'users.txt');
    writeFileSync(users, `"pgbouncer" "${password}"\n`);
    writeFileSync(
      config,
      `[databases]
kith = host=127.0.0.1 port=${server.port} auth_user=pgbouncer
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
auth_query = SELECT name, secret FROM pgbouncer.reader($1)
pool_mode = transaction
max_client_conn = 600
default_pool_size = 20
`,
    );
    // It refuses to run as root, like Postgres.
    const user = engineOsUser('Postgres', network.settings.embedded.postgresOsUser);
    chmodSync(folder, 0o711);
    for (const file of [config, users]) {
      chmodSync(file, 0o600);
      if (user) chownSync(file, user.uid, user.gid);
    }
    const child = spawn(program, [config], {
      cwd: '/',
      stdio: 'ignore',
      ...(user && { uid: user.uid, gid: user.gid }),
    });
    const started = new Pgbouncer(network, child, port);
    await until('PgBouncer', () => started.#answers());
    return started;
  }

  /** The pool's URL for a role. */
  urlOf(role: string, password: string): string {
    return `postgres://${role}:${password}@127.0.0.1:${this.port}/kith`;
  }

  async #answers(): Promise<boolean> {
    if (this.#process.exitCode !== null) throw new Error('PgBouncer has ended.');
    const client = new pg.Client({ connectionString: this.urlOf('pgbouncer', 'of-the-pool') });
    client.on('error', () => undefined);
    return client.connect().then(
      () => client.end().then(() => true),
      () => false,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null) {
      const ended = once(this.#process, 'exit');
      this.#process.kill('SIGKILL');
      await ended;
    }
    await this.#network.asSuperuser(
      'SET client_min_messages = error; DROP OWNED BY pgbouncer; DROP SCHEMA pgbouncer CASCADE; DROP ROLE pgbouncer',
    );
  }
}
