import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { BadInputError, messageOf } from '../errors.ts';
import { keepSecret } from '../secrets.ts';
import { makeFolders } from '../storage/make-folders.ts';
import { createOnce } from '../storage/private-file.ts';
import { codeOf, homeError } from './failure.ts';

/** Where the embedded engines keep their files, under `$KITH_HOME`. */
export interface EngineHome {
  root: string;
  neo4j: string;
  postgres: string;
  /** The passwords of the engines and of Kith's pages, mode 0600 in a folder of mode 0700. */
  passwords: {
    neo4j: string;
    analyst: string;
    postgres: string;
    postgresAdmin: string;
    web: string;
    webViewer: string;
    /** By which the ids of those who were forgotten are hashed. */
    forgotten: string;
  };
  /** The ports of the last start, which are reused while they are free. */
  ports: string;
}

/** What Kith keeps in the home beside the engines' data: nobody else may read it. */
const privateEntries =
  /^(passwords|forgotten|network|runs|accepted|spark|rebuild|reputation|ports\.json|pg_service\.conf|messages\.duckdb.*|.+\.(lock|new))$/;

/** Postgres can't work in a folder whose path is longer than 1,023 bytes. */
const longestHome = 900;

/**
 * The home's paths, with links resolved, since engines are recognised by the paths on their command lines.
 *
 * @throws BadInputError if the home is there and can't be one
 */
export function homeOf(settings: Settings): EngineHome {
  const root = resolvedHome(settings.home);
  return {
    root,
    neo4j: join(root, 'neo4j'),
    postgres: join(root, 'postgres'),
    passwords: {
      neo4j: join(root, 'passwords', 'neo4j'),
      analyst: join(root, 'passwords', 'analyst'),
      postgres: join(root, 'passwords', 'postgres'),
      postgresAdmin: join(root, 'passwords', 'postgres-admin'),
      web: join(root, 'passwords', 'web'),
      webViewer: join(root, 'passwords', 'web-viewer'),
      forgotten: join(root, 'passwords', 'forgotten'),
    },
    ports: join(root, 'ports.json'),
  };
}

function resolvedHome(home: string): string {
  if (dirname(home) === home) throw wrongHome(home, 'it holds the whole system');
  if (Buffer.byteLength(home) > longestHome) throw wrongHome(home, `its path is longer than ${longestHome} bytes`);
  try {
    if (!statSync(home).isDirectory()) throw wrongHome(home, 'it is not a folder');
    return realpathSync(home);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw refused(home, error);
    const isLink = lstatSync(home, { throwIfNoEntry: false })?.isSymbolicLink();
    if (isLink) throw wrongHome(home, 'it is a link to something that does not exist');
    return home;
  }
}

function wrongHome(home: string, why: string): BadInputError {
  const shown = home.length > 200 ? `${home.slice(0, 200)}…` : home;
  return new BadInputError(`The home ${shown} can't be used (${why}): set KITH_HOME to a folder of your own.`);
}

/** What to say when the home can't be made or used. */
function refused(home: string, error: unknown): unknown {
  switch (codeOf(error)) {
    case 'ENOTDIR':
    case 'EEXIST':
      return wrongHome(home, 'part of its path is not a folder');
    case 'ENOENT':
      return wrongHome(home, 'no folder can be made there');
    case 'ELOOP':
    case 'ENAMETOOLONG':
      return wrongHome(home, messageOf(error));
    default:
      return homeError({ root: home }, error);
  }
}

/** As root, engines run as other users, who need to get into the home. */
export function runsAsRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * Creates the home and its passwords if they don't exist yet, and closes to others what they must not read, however it
 * came to be open.
 *
 * @throws BadInputError if the home can't be one, EngineError if it can't be written
 */
export function prepareHome(settings: Settings): EngineHome {
  try {
    const made = makeFolders(homeOf(settings).root);
    // Engines' users have to go through.
    if (runsAsRoot()) for (const each of made) chmodSync(each, 0o711);
    const home = homeOf(settings);
    closeHome(home);
    makeOwnFolder(home.neo4j, runsAsRoot() ? 0o750 : 0o700);
    makeOwnFolder(home.postgres, runsAsRoot() ? 0o711 : 0o700);
    makeOwnFolder(dirname(home.passwords.neo4j), 0o700);
    for (const name of readdirSync(home.root)) if (privateEntries.test(name)) closeToOthers(join(home.root, name));
    for (const file of Object.values(home.passwords)) createPassword(file);
    return home;
  } catch (error) {
    throw refused(settings.home, error);
  }
}

/** Closes the home, but a folder that holds other things only as far as nobody else can put something there. */
function closeHome({ root, neo4j, postgres }: EngineHome): void {
  const mode = statSync(root).mode & 0o7777;
  const engines = [basename(neo4j), basename(postgres)];
  const isOurs = readdirSync(root).every((name) => privateEntries.test(name) || engines.includes(name));
  const wanted = isOurs ? (runsAsRoot() ? 0o711 : 0o700) : (mode & 0o755) | (runsAsRoot() ? 0o011 : 0);
  // Where everybody has files, as in /tmp, the folder stays as it is.
  if ((mode & 0o1000) === 0 && (mode & 0o777) !== wanted) chmodSync(root, wanted);
}

/** Makes a folder if it doesn't exist yet, and gives it this mode. */
export function makeOwnFolder(path: string, mode: number): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST' || !statSync(path).isDirectory()) throw error;
  }
  if ((statSync(path).mode & 0o777) !== mode) chmodSync(path, mode);
}

/** Takes the rights of other users from a file, or from a folder and all that is in it. */
function closeToOthers(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found || found.isSymbolicLink()) return;
  const isOwn = runsAsRoot() || found.uid === process.getuid?.();
  try {
    if (isOwn && (found.mode & 0o077) !== 0) chmodSync(path, found.mode & 0o700);
    if (found.isDirectory()) for (const name of readdirSync(path)) closeToOthers(join(path, name));
  } catch (error) {
    // Another process may just have removed it.
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

function createPassword(file: string): void {
  if (!existsSync(file)) createOnce(file, randomBytes(24).toString('hex'));
}

/** A password of an embedded engine; undefined before the first `up`. */
export function passwordOf(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  const password = readFileSync(file, 'utf8').trim();
  keepSecret(password);
  return password;
}
