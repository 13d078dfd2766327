import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import {
  chownSync,
  closeSync,
  existsSync,
  fchownSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { safePath } from '../child-environment.ts';
import type { Settings } from '../config/settings.ts';
import { EngineError } from '../errors.ts';
import { diskFull, isNoSpace } from '../storage/disk-full.ts';
import { linkedFolder } from '../storage/linked-folder.ts';
import { replaceFile } from '../storage/private-file.ts';
import { engineFailed, reasonIn, tailOf } from './failure.ts';
import type { EngineHome } from './home.ts';
import { passwordOf } from './home.ts';
import type { HeldLock } from './lock.ts';
import { engineOsUser, type OsUser, refuseClosedFolder } from './os-user.ts';
import { choosePorts, fixedPorts } from './ports.ts';
import { postgresConf, postgresHba } from './postgres-conf.ts';
import { postgresPrograms } from './postgres-programs.ts';
import { alwaysThereUrl, createRole, postgresUrl, prepareDatabase, superuser } from './postgres-roles.ts';
import { serviceFileOf, serviceText } from './postgres-service.ts';
import { endProcesses, findEngine, findWorkingIn, isAlive, type Process, startServer } from './processes.ts';
import { askPostgres, isRefusedLogin } from './reach.ts';
import { pause, waitUntil } from './waiting.ts';

/** A start after a crash replays up to max_wal_size. */
const patienceSeconds = 600;

interface Options {
  /** Of the home's engines. */
  lock: HeldLock;
  onProgress?: (text: string) => void;
}

/** The server's process, if it is running. */
export function findPostgres(home: EngineHome): Process | undefined {
  return findEngine('-D', dataOf(home))[0];
}

/**
 * Starts Postgres if it isn't running, and waits until it answers.
 *
 * @throws EngineError with the reason and the log's path
 */
export async function startPostgres(home: EngineHome, settings: Settings, options: Options): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const logStart = existsSync(logOf(home)) ? statSync(logOf(home)).size : 0;
    const isOwn = !findPostgres(home);
    if (isOwn) await launch(home, settings, options);
    if (await answers(home, options)) {
      writeServiceFile(home);
      return;
    }
    // The process found was just ending, as after a kill; this is not a failed start.
    if (!isOwn && attempt < 5) continue;
    const reason = reasonIn(tailOf(logOf(home), 20_000, logStart));
    // Another program took the port between our check and the start, or backends of a killed server are still ending.
    const mayPass =
      (reason.kind === 'port' && !fixedPorts(settings).postgres) || /pre-existing shared memory/.test(reason.text);
    if (attempt >= 5 || !mayPass) throw engineFailed('Postgres', reason, logOf(home));
    await pause(1_000, options.lock.signal);
  }
}

/** Stops Postgres and all its backends, if there are any; committed data stays. */
export async function stopPostgres(home: EngineHome, lock: HeldLock): Promise<void> {
  const server = () => findEngine('-D', dataOf(home));
  await endProcesses(
    server,
    [
      ['SIGINT', 60],
      ['SIGQUIT', 10],
      ['SIGKILL', 5],
    ],
    lock.check,
  );
  await endOrphans(linkedFolder(dataOf(home)), lock);
  if (server().length > 0)
    throw new EngineError(`Postgres (process ${server()[0]?.pid}) can't be stopped: end this process yourself.`);
}

async function launch(home: EngineHome, settings: Settings, { lock, onProgress }: Options): Promise<void> {
  const user = engineOsUser('Postgres', settings.embedded.postgresOsUser);
  refuseClosedFolder('Postgres', home.postgres, user);
  lock.check();
  const programs = postgresPrograms(home, user);
  await endOrphans(linkedFolder(dataOf(home)), lock);
  lock.check();
  removeStrangersPidFile(home);
  if (!existsSync(dataOf(home))) {
    onProgress?.('creating the Postgres database');
    await initialise(home, programs, user, lock);
  }
  const { postgres: port } = await choosePorts(home, settings, ['postgres']);
  lock.check();
  writeFor(user, join(dataOf(home), 'postgresql.conf'), postgresConf(port ?? 0));
  writeFor(user, join(dataOf(home), 'pg_hba.conf'), postgresHba);
  onProgress?.('starting Postgres');
  const args = ['-D', dataOf(home)];
  startServer(logOf(home), (options) => spawn(join(programs, 'postgres'), args, { ...asUser(home, user), ...options }));
}

/** Waits for an answer; false if the server ended instead. */
async function answers(home: EngineHome, { lock, onProgress }: Options): Promise<boolean> {
  let refused = 0;
  const came = await waitUntil(
    async () => {
      if (!findPostgres(home)) return true;
      try {
        await askPostgres(alwaysThereUrl(home));
        return true;
      } catch (error) {
        // It writes a file for a new connection, and goes on without one for those that it has.
        if (isNoSpace(error)) throw diskFull(home.postgres);
        if (!isRefusedLogin(error)) return false;
        lock.check();
        const isNew = await createRole(home).catch(() => false);
        if (!isNew && ++refused > 2)
          throw new EngineError(
            `Postgres rejects the password in ${home.passwords.postgres}: write the password of its user kith to that file.`,
          );
        return false;
      }
    },
    patienceSeconds,
    lock.signal,
  );
  if (!findPostgres(home)) return false;
  if (!came)
    throw new EngineError(`Postgres has not answered within ${patienceSeconds} s: see its log ${logOf(home)}.`);
  lock.check();
  await prepareDatabase(home, onProgress);
  return true;
}

/** The port may be another one than at the last start. */
function writeServiceFile(home: EngineHome): void {
  const url = postgresUrl(home);
  const file = serviceFileOf(home);
  if (!url || (existsSync(file) && readFileSync(file, 'utf8') === serviceText(url))) return;
  replaceFile(file, serviceText(url));
}

/** Backends that have outlived their server end when they next wait; the rest get five seconds. */
async function endOrphans(folder: string, lock: HeldLock): Promise<void> {
  const orphans = () => findWorkingIn(folder).filter(({ command }) => /^\0(\S*\/)?postgres[:\0]/.test(command));
  if (await waitUntil(() => orphans().length === 0, 5, lock.signal)) return;
  const ended = await endProcesses(
    orphans,
    [
      ['SIGQUIT', 3],
      ['SIGKILL', 5],
    ],
    lock.check,
  );
  if (!ended)
    throw new EngineError(`A process of a killed Postgres (${orphans()[0]?.pid}) can't be ended: end it yourself.`);
}

/**
 * After the machine restarts, the pid in postmaster.pid may belong to another program, and Postgres would refuse to
 * start. Done only where orphaned backends can be detected, since the file protects the data from them.
 */
function removeStrangersPidFile(home: EngineHome): void {
  const file = join(dataOf(home), 'postmaster.pid');
  if (process.platform !== 'linux' || !existsSync(file)) return;
  const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
  if (pid > 0 && isAlive(pid)) rmSync(file);
}

/** Creates the data folder under another name and renames it, so that an existing one is always complete. */
async function initialise(home: EngineHome, programs: string, user: OsUser, lock: HeldLock): Promise<void> {
  const data = linkedFolder(dataOf(home));
  const draft = `${data}.new`;
  const passwordFile = join(home.postgres, 'password.new');
  // Of a Kith that was killed: it writes there and, if it fails, removes all that is there.
  await endProcesses(() => findEngine('-D', draft), [['SIGKILL', 5]], lock.check);
  await endOrphans(draft, lock);
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  if (user) chownSync(draft, user.uid, user.gid);
  try {
    writeFor(user, passwordFile, passwordOf(home.passwords.postgresAdmin) ?? '');
    const args = ['-D', draft, '-U', superuser, '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
    const output = await runToEnd(
      spawn(join(programs, 'initdb'), [...args, '--encoding=UTF8', '--locale=C'], asUser(home, user)),
    );
    if (output !== undefined) {
      writeFileSync(logOf(home), output, { flag: 'a', mode: 0o600 });
      throw engineFailed('Postgres', reasonIn(output), logOf(home));
    }
  } finally {
    rmSync(passwordFile, { force: true });
  }
  lock.check();
  renameSync(draft, data);
}

/** The output of a program that failed; undefined if it succeeded. */
function runToEnd(child: ChildProcessWithoutNullStreams): Promise<string | undefined> {
  return new Promise((resolve) => {
    let output = '';
    const keep = (text: Buffer) => {
      output += text;
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => resolve(`FAILED ${error.message}\n`));
    child.on('close', (code) => resolve(code === 0 ? undefined : output));
  });
}

function asUser(home: EngineHome, user: OsUser): { uid?: number; gid?: number; cwd: string; env: NodeJS.ProcessEnv } {
  const env = { PATH: safePath(), LC_ALL: 'C', TZ: 'UTC' };
  return { ...(user && { uid: user.uid, gid: user.gid }), cwd: home.postgres, env };
}

/** Replaces a file, by a new one: in a folder of the user's, the old one may be a link to anything. */
function writeFor(user: OsUser, file: string, text: string): void {
  const draft = `${file}.new`;
  rmSync(draft, { force: true });
  const opened = openSync(draft, 'wx', 0o600);
  try {
    writeFileSync(opened, text);
    if (user) fchownSync(opened, user.uid, user.gid);
  } finally {
    closeSync(opened);
  }
  renameSync(draft, file);
}

function dataOf(home: EngineHome): string {
  return join(home.postgres, 'data');
}

function logOf(home: EngineHome): string {
  return join(home.postgres, 'postgres.log');
}
