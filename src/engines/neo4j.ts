import { closeSync, copyFileSync, existsSync, openSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { statement } from '../config/project.ts';
import type { Settings } from '../config/settings.ts';
import { EngineError } from '../errors.ts';
import { diskFull } from '../storage/disk-full.ts';
import { replaceFile } from '../storage/private-file.ts';
import { codeOf, engineFailed, isDiskFull, reasonIn, tailOf } from './failure.ts';
import { forgetFirstStart, noteFirstStart } from './first-start.ts';
import { type EngineHome, passwordOf } from './home.ts';
import { findJava, pluginJar, spawnJava } from './java.ts';
import type { HeldLock } from './lock.ts';
import { memorySizes, neo4jConf } from './neo4j-conf.ts';
import { giveDataToNeo4j, prepareNeo4jFolders, showToNeo4j } from './neo4j-folders.ts';
import { engineOsUser, refuseClosedFolder } from './os-user.ts';
import { choosePorts, fixedPorts, rememberedPorts } from './ports.ts';
import { endProcesses, findEngine, type Process, type StartOptions, startServer } from './processes.ts';
import { askNeo4j, isBroken, isRefusedLogin, type Neo4jAccess } from './reach.ts';
import { pause, waitUntil } from './waiting.ts';

/** A start after a crash replays the transaction log. */
const patienceSeconds = 600;

interface Options {
  /** Of the home's engines. */
  lock: HeldLock;
  onProgress?: (text: string) => void;
}

/** How to connect to the embedded Neo4j of this home; undefined before the first `up`. */
export function neo4jAccess(home: EngineHome): (Neo4jAccess & { browser: string }) | undefined {
  const password = passwordOf(home.passwords.neo4j);
  const { bolt, http } = rememberedPorts(home);
  if (!password || !bolt || !http) return undefined;
  return { uri: `bolt://127.0.0.1:${bolt}`, username: 'neo4j', password, browser: `http://127.0.0.1:${http}/browser/` };
}

/** The server's process, if it is running. */
export function findNeo4j(home: EngineHome): Process | undefined {
  return findEngine('kith.Neo4jServer', home.neo4j)[0];
}

/**
 * Starts Neo4j if it isn't running, and waits until it answers.
 *
 * @throws EngineError with the reason and the log's path
 */
export async function startNeo4j(home: EngineHome, settings: Settings, options: Options): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const logStart = existsSync(logOf(home)) ? statSync(logOf(home)).size : 0;
    const isOwn = !findNeo4j(home);
    if (isOwn) await launch(home, settings, options);
    if (await answers(home, options)) {
      if (isOwn) await makeAnalyst(home, options.lock);
      return;
    }
    // The process found was just ending, as after a kill; this is not a failed start.
    if (!isOwn && attempt < 4) continue;
    const reason = reasonIn(tailOf(logOf(home), 50_000, logStart));
    const { bolt, http } = fixedPorts(settings);
    // Another program took a port between our check and the start.
    if (attempt >= 4 || reason.kind !== 'port' || (bolt && http)) throw engineFailed('Neo4j', reason, logOf(home));
    await pause(500, options.lock.signal);
  }
}

/**
 * Sets the password of the analysts' user to that in the home. In Neo4j Community every user may do everything, but
 * so Kith's own password need not be handed out, and can be changed.
 */
async function makeAnalyst(home: EngineHome, { signal }: HeldLock): Promise<void> {
  const access = neo4jAccess(home);
  const password = passwordOf(home.passwords.analyst);
  if (!access || password === undefined) return;
  const isAsBefore = await askNeo4j({ ...access, username: 'analyst', password }).then(
    () => true,
    () => false,
  );
  if (isAsBefore) return;
  const making = { query: statement('cypher/users/analyst.cypher'), parameters: { password }, timeoutSeconds: 30 };
  // If it can't be done for half a minute, as on a full disk, whoever needs Neo4j next will say why.
  await waitUntil(
    async () => {
      try {
        await askNeo4j(access, making);
        return true;
      } catch (error) {
        if (!codeOf(error).startsWith('Neo.ClientError.Statement.')) return false;
        throw new EngineError(
          `Neo4j refuses the password in ${home.passwords.analyst} for its user analyst: write one of at least 8 characters to that file, or remove it for a new one.`,
        );
      }
    },
    30,
    signal,
  );
}

/** Stops Neo4j, if it is running; committed data stays. */
export async function stopNeo4j(home: EngineHome, lock: HeldLock): Promise<void> {
  const server = () => findEngine('kith.Neo4jServer', home.neo4j);
  const ended = await endProcesses(
    server,
    [
      ['SIGTERM', 90],
      ['SIGKILL', 10],
    ],
    lock.check,
  );
  if (!ended) throw new EngineError(`Neo4j (process ${server()[0]?.pid}) can't be stopped: end this process yourself.`);
}

async function launch(home: EngineHome, settings: Settings, { lock, onProgress }: Options): Promise<void> {
  const user = engineOsUser('Neo4j', settings.embedded.neo4jOsUser);
  refuseClosedFolder('Neo4j', dirname(home.neo4j), user);
  lock.check();
  prepareNeo4jFolders(home.neo4j, user);
  giveDataToNeo4j(home.neo4j, user);
  const java = findJava(home, user);
  const ports = await choosePorts(home, settings, ['bolt', 'http']);
  lock.check();
  const { heap, pageCache } = memorySizes(settings.embedded);
  const conf = join(home.neo4j, 'conf', 'neo4j.conf');
  const { neo4jQueryLimit: queryLimit } = settings.embedded;
  replaceFile(conf, neo4jConf({ bolt: ports.bolt ?? 0, http: ports.http ?? 0 }, { pageCache, queryLimit }));
  showToNeo4j(conf, user);
  const plugin = join(home.neo4j, 'plugins', 'kith-plugin.jar');
  copyFileSync(pluginJar, plugin);
  showToNeo4j(plugin, user);
  noteFirstStart(home);
  onProgress?.('starting Neo4j');
  // Its user can't read the file, so it gets it open.
  const password = openSync(home.passwords.neo4j, 'r');
  try {
    const start = (options: StartOptions) =>
      spawnJava(java, 'Neo4jServer', [home.neo4j], { heap, cwd: home.neo4j, ...options });
    startServer(logOf(home), start, password);
  } finally {
    closeSync(password);
  }
}

/** Waits for an answer; false if the server ended instead. */
async function answers(home: EngineHome, { lock }: Options): Promise<boolean> {
  const access = neo4jAccess(home);
  if (!access)
    throw new EngineError(
      `The ports of ${home.root} are unknown although its Neo4j is running: run \`kith down\`, then \`kith up\`.`,
    );
  let refused = 0;
  const came = await waitUntil(
    async () => {
      if (!findNeo4j(home)) return true;
      try {
        await askNeo4j(access);
        return true;
      } catch (error) {
        // Three wrong passwords in a row lock the user out for a while, so try rarely.
        if (isRefusedLogin(error)) {
          if (++refused > 2)
            throw new EngineError(
              `Neo4j rejects the password in ${home.passwords.neo4j}: write the password of its user ${access.username} to that file.`,
            );
          await pause(3_000, lock.signal);
        }
        if (isBroken(error)) {
          await endProcesses(() => findEngine('kith.Neo4jServer', home.neo4j), [['SIGKILL', 10]], lock.check);
          return true;
        }
        // On a full disk Neo4j neither starts nor ends. Killing it loses no committed data.
        if (isDiskFull(join(home.neo4j, 'data'))) {
          await endProcesses(() => findEngine('kith.Neo4jServer', home.neo4j), [['SIGKILL', 10]], lock.check);
          throw diskFull(join(home.neo4j, 'data'));
        }
        return false;
      }
    },
    patienceSeconds,
    lock.signal,
  );
  if (!findNeo4j(home)) return false;
  if (!came) throw new EngineError(`Neo4j has not answered within ${patienceSeconds} s: see its log ${logOf(home)}.`);
  lock.check();
  forgetFirstStart(home);
  return true;
}

function logOf(home: EngineHome): string {
  return join(home.neo4j, 'logs', 'launcher.log');
}
