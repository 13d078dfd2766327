import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Settings } from '../config/settings.ts';
import { EngineError } from '../errors.ts';
import { replaceFile } from '../storage/private-file.ts';
import type { EngineHome } from './home.ts';

export interface Ports {
  bolt: number;
  http: number;
  postgres: number;
}

const settingNames = { bolt: 'KITH_BOLT_PORT', http: 'KITH_HTTP_PORT', postgres: 'KITH_POSTGRES_PORT' } as const;
/** Below the range that systems use for outgoing connections, so that none of those takes a port between two starts. */
const lowest = 20_000;
const highest = 32_000;

/** The ports of the last start; undefined before the first. */
export function rememberedPorts(home: EngineHome): Partial<Ports> {
  try {
    return JSON.parse(readFileSync(home.ports, 'utf8')) as Partial<Ports>;
  } catch {
    return {};
  }
}

/**
 * Ports for the named engines that are about to start: from the setting, or else the last one if it is still free, or
 * else any free one. All are remembered.
 *
 * @throws EngineError naming the setting whose port is in use
 */
export async function choosePorts(
  home: EngineHome,
  settings: Settings,
  names: (keyof Ports)[],
): Promise<Partial<Ports>> {
  const fixed = fixedPorts(settings);
  const last = rememberedPorts(home);
  const chosen: Partial<Ports> = {};
  for (const name of names) {
    const others = Object.entries({ ...last, ...chosen }).flatMap(([other, port]) => (other === name ? [] : [port]));
    chosen[name] = await choose(name, fixed[name], last[name], others);
  }
  // The two engines start in parallel, so keep what the other has chosen meanwhile.
  const ports = { ...rememberedPorts(home), ...chosen };
  replaceFile(home.ports, `${JSON.stringify(ports)}\n`);
  return ports;
}

async function choose(name: keyof Ports, fixed: number, last: number | undefined, others: number[]): Promise<number> {
  if (fixed) {
    if (await isFree(fixed)) return fixed;
    throw new EngineError(
      `Port ${fixed} of ${settingNames[name]} is used by another program: set ${settingNames[name]} to a free port, or to 0 for any.`,
    );
  }
  if (last && !others.includes(last) && (await isFree(last))) return last;
  return anyFree(others);
}

/** The ports fixed by settings; 0 is none. */
export function fixedPorts(settings: Settings): Ports {
  const { boltPort, httpPort, postgresPort } = settings.embedded;
  return { bolt: boltPort, http: httpPort, postgres: postgresPort };
}

async function anyFree(others: number[]): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    if (!others.includes(port) && (await isFree(port))) return port;
  }
  throw new EngineError(
    `No free port was found from ${lowest} to ${highest}: set KITH_BOLT_PORT, KITH_HTTP_PORT and KITH_POSTGRES_PORT.`,
  );
}

/** Whether nothing listens on the port of 127.0.0.1. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
