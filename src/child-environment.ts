import { delimiter, isAbsolute } from 'node:path';

const passedOn = ['HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LC_ALL', 'LC_CTYPE', 'LC_MESSAGES', 'TZ', 'TMPDIR'];

/**
 * What a program that we start gets of our environment: what programs need to find their way, and no setting, since
 * settings are secret, or would mean something to it. Other users of the machine may be able to read it.
 */
export function childEnvironment(more: Record<string, string> = {}): NodeJS.ProcessEnv {
  const kept = Object.fromEntries(passedOn.map((name) => [name, process.env[name]]));
  return { PATH: safePath(), ...kept, ...more };
}

/** PATH without folders relative to the working folder, in which anybody's program may lie. */
export function safePath(): string | undefined {
  return process.env.PATH?.split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .join(delimiter);
}
