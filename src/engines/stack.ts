import type { Settings } from '../config/settings.ts';
import { EngineError, KithError, messageOf } from '../errors.ts';
import { homeError } from './failure.ts';
import { hasGraph } from './graph-store.ts';
import { type EngineHome, homeOf, prepareHome } from './home.ts';
import { settleImport } from './import-folder.ts';
import { type HeldLock, isLocked, withLock } from './lock.ts';
import { findNeo4j, neo4jAccess, startNeo4j, stopNeo4j } from './neo4j.ts';
import { choosePorts, type Ports, rememberedPorts } from './ports.ts';
import { findPostgres, startPostgres, stopPostgres } from './postgres.ts';
import { postgresUrl } from './postgres-roles.ts';
import { askNeo4j, askPostgres, checkGivenNeo4j, checkGivenPostgres } from './reach.ts';
import { throwIfAborted } from './waiting.ts';

/** How to reach the two engines. */
export interface Stack {
  neo4j: { uri: string; username: string; password: string; browser: string | undefined };
  postgres: { url: string };
  /** Which of them are embedded; the others are named by settings. */
  embedded: { neo4j: boolean; postgres: boolean };
}

/** For an embedded engine that has never been started, only `running` is known. */
export interface StackStatus {
  neo4j: { running: boolean; uri?: string; browser?: string; username?: string; password?: string; pid?: number };
  postgres: { running: boolean; url?: string; pid?: number };
  embedded: { neo4j: boolean; postgres: boolean };
}

export type EngineName = 'neo4j' | 'postgres';

export interface UpOptions {
  signal?: AbortSignal;
  /** Called with a few words whenever something slow begins. */
  onProgress?: (text: string) => void;
  /** Only one engine; the returned stack still names the address of the other. */
  only?: EngineName;
}

/**
 * Starts the embedded engines that aren't running and waits until each answers a query; checks those named by settings.
 * Any number of processes may call it at once.
 *
 * @throws EngineError that says why an engine is unavailable and what to do
 * @throws InterruptedError once the signal aborts; an engine that was starting continues
 */
export async function up(settings: Settings, options: UpOptions = {}): Promise<Stack> {
  throwIfAborted(options.signal);
  const wanted = options.only ? [options.only] : neededEngines(settings);
  const embedded = embeddedEngines(settings);
  const own = wanted.filter((name) => embedded[name]);
  const work: Promise<void>[] = [];
  if (wanted.includes('neo4j') && settings.neo4j) work.push(checkGivenNeo4j(settings.neo4j, options.signal));
  if (wanted.includes('postgres') && settings.postgresUrl)
    work.push(checkGivenPostgres(settings.postgresUrl, options.signal));
  if (own.length > 0) {
    const home = prepareHome(settings);
    work.push(withLock(home, 'engines', (lock) => startOwn(home, settings, own, { ...options, lock }), options));
  } else if (embedded.neo4j || embedded.postgres) {
    const home = prepareHome(settings);
    work.push(withLock(home, 'engines', (lock) => chooseMissingPorts(home, settings, lock), options));
  }
  await allOrFirstError(work);
  return stackOf(settings);
}

/** Stops the embedded engines and all their processes. Data stays. */
export async function down(
  settings: Settings,
  options: { signal?: AbortSignal; onProgress?: (text: string) => void; only?: EngineName } = {},
): Promise<void> {
  const home = homeOf(settings);
  if (rememberedPorts(home).bolt === undefined && !findNeo4j(home) && !findPostgres(home)) return;
  await withLock(
    home,
    'engines',
    async (lock) => {
      const wanted = wantedEngines(options.only);
      options.onProgress?.('stopping the engines');
      await allOrFirstError([
        wanted.includes('neo4j') ? stopNeo4j(home, lock) : Promise.resolve(),
        wanted.includes('postgres') ? stopPostgres(home, lock) : Promise.resolve(),
      ]);
    },
    options,
  );
}

/**
 * What is running, and how to reach it. Starts nothing and waits for nothing; `running` means that a query was
 * answered.
 */
export async function status(settings: Settings): Promise<StackStatus> {
  const home = homeOf(settings);
  const embedded = embeddedEngines(settings);
  const neo4j = settings.neo4j ? { ...settings.neo4j, browser: undefined } : neo4jAccess(home);
  const url = settings.postgresUrl ?? postgresUrl(home);
  const neo4jProcess = embedded.neo4j ? findNeo4j(home) : undefined;
  const postgresProcess = embedded.postgres ? findPostgres(home) : undefined;
  const [neo4jAnswers, postgresAnswers] = await Promise.all([
    neo4j !== undefined &&
      (!embedded.neo4j || neo4jProcess !== undefined) &&
      succeeds(askNeo4j(neo4j, { timeoutSeconds: 3 })),
    url !== undefined && (!embedded.postgres || postgresProcess !== undefined) && succeeds(askPostgres(url, 3)),
  ]);
  return {
    neo4j: { ...neo4j, running: neo4jAnswers, pid: neo4jProcess?.pid },
    postgres: { url, running: postgresAnswers, pid: postgresProcess?.pid },
    embedded,
  };
}

type StartOptions = Pick<UpOptions, 'onProgress'> & { lock: HeldLock };

async function startOwn(home: EngineHome, settings: Settings, own: EngineName[], options: StartOptions): Promise<void> {
  await chooseMissingPorts(home, settings, options.lock);
  await allOrFirstError([
    own.includes('neo4j') ? startOwnNeo4j(home, settings, options) : Promise.resolve(),
    own.includes('postgres') ? startPostgres(home, settings, options) : Promise.resolve(),
  ]).catch((error) => {
    throw homeError(home, error);
  });
}

async function startOwnNeo4j(home: EngineHome, settings: Settings, options: StartOptions): Promise<void> {
  // An import that is being made next to a stopped server must be left alone.
  if (!findNeo4j(home) && !(await isLocked(home, 'bulk-import'))) settleImport(home, options.lock);
  await startNeo4j(home, settings, options);
}

/** Chooses ports, so that an engine's address is known even before its first start. */
async function chooseMissingPorts(home: EngineHome, settings: Settings, lock: HeldLock): Promise<void> {
  const ports = rememberedPorts(home);
  const names: (keyof Ports)[] = ['bolt', 'http', 'postgres'];
  const missing = names.filter((name) => ports[name] === undefined);
  if (missing.length === 0) return;
  lock.check();
  await choosePorts(home, settings, missing);
}

function stackOf(settings: Settings): Stack {
  const home = homeOf(settings);
  const neo4j = settings.neo4j ? { ...settings.neo4j, browser: undefined } : neo4jAccess(home);
  const url = settings.postgresUrl ?? postgresUrl(home);
  if (!neo4j || !url)
    throw new EngineError(`The ports or passwords of ${home.root} are gone: run \`kith down\`, then \`kith up\`.`);
  return { neo4j, postgres: { url }, embedded: embeddedEngines(settings) };
}

function embeddedEngines(settings: Settings): { neo4j: boolean; postgres: boolean } {
  return { neo4j: settings.neo4j === undefined, postgres: settings.postgresUrl === undefined };
}

/** On Spark there may be no graph at all. */
function neededEngines(settings: Settings): EngineName[] {
  const isWithout = settings.engine === 'spark' && !hasGraph(settings);
  return isWithout ? ['postgres'] : ['neo4j', 'postgres'];
}

function wantedEngines(only: EngineName | undefined): EngineName[] {
  return only ? [only] : ['neo4j', 'postgres'];
}

/** Waits for all work to end, so that none goes on unnoticed; then throws all failures as one error. */
async function allOrFirstError(work: Promise<void>[]): Promise<void> {
  const failures = (await Promise.allSettled(work)).flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  const [first, ...others] = failures;
  if (others.length > 0 && failures.every((failure) => failure instanceof EngineError))
    throw new EngineError([...new Set(failures.map(messageOf))].join(' '));
  if (failures.length > 0) throw failures.find((failure) => !(failure instanceof KithError)) ?? first;
}

async function succeeds(work: Promise<void>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}
