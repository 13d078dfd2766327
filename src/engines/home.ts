import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { keepSecret } from '../secrets.ts';
import { homeError } from './failure.ts';

/** Where the embedded engines keep their files, under `$KITH_HOME`. */
export interface EngineHome {
  root: string;
  neo4j: string;
  postgres: string;
  /** The passwords of the engines and of Kith's pages, mode 0600 in a folder of mode 0700. */
  passwords: { neo4j: string; postgres: string; web: string; webViewer: string };
  /** The ports of the last start, which are reused while they are free. */
  ports: string;
}

/** The home's paths, with links resolved, since engines are recognised by the paths on their command lines. */
export function homeOf(settings: Settings): EngineHome {
  const root = existsSync(settings.home) ? realpathSync(settings.home) : settings.home;
  return {
    root,
    neo4j: join(root, 'neo4j'),
    postgres: join(root, 'postgres'),
    passwords: {
      neo4j: join(root, 'passwords', 'neo4j'),
      postgres: join(root, 'passwords', 'postgres'),
      web: join(root, 'passwords', 'web'),
      webViewer: join(root, 'passwords', 'web-viewer'),
    },
    ports: join(root, 'ports.json'),
  };
}

/** Postgres refuses to run as root, so another user needs access to the home. */
export function runsAsRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * Creates the home and its passwords if they don't exist yet.
 *
 * @throws EngineError if the home can't be written
 */
export function prepareHome(settings: Settings): EngineHome {
  try {
    const isNew = !existsSync(settings.home);
    mkdirSync(settings.home, { recursive: true });
    const home = homeOf(settings);
    const mode = statSync(home.root).mode & 0o777;
    if (isNew) chmodSync(home.root, runsAsRoot() ? 0o711 : 0o700);
    else if (runsAsRoot()) chmodSync(home.root, mode | 0o011);
    mkdirSync(dirname(home.passwords.neo4j), { recursive: true, mode: 0o700 });
    mkdirSync(join(home.neo4j, 'conf'), { recursive: true, mode: 0o700 });
    mkdirSync(join(home.neo4j, 'logs'), { recursive: true, mode: 0o700 });
    mkdirSync(home.postgres, { recursive: true, mode: runsAsRoot() ? 0o711 : 0o700 });
    for (const file of Object.values(home.passwords)) createPassword(file);
    return home;
  } catch (error) {
    throw homeError({ root: settings.home }, error);
  }
}

/** If several processes start at the same time, the first one's password is used by all. */
function createPassword(file: string): void {
  if (existsSync(file)) return;
  const draft = `${file}.${process.pid}.new`;
  writeFileSync(draft, randomBytes(24).toString('hex'), { mode: 0o600 });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
}

/** A password of an embedded engine; undefined before the first `up`. */
export function passwordOf(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  const password = readFileSync(file, 'utf8').trim();
  keepSecret(password);
  return password;
}

/** Writes a file of mode 0600 completely or not at all. */
export function replaceFile(file: string, text: string): void {
  const draft = `${file}.${process.pid}.new`;
  writeFileSync(draft, text, { mode: 0o600 });
  renameSync(draft, file);
}
