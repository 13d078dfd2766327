import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Whose memory it is. */
export type Owner = 'kith' | 'neo4j' | 'importer' | 'spark' | 'postgres';

/** Bytes at one moment (epoch milliseconds). */
export interface Sample {
  at: number;
  total: number;
  by: Partial<Record<Owner, number>>;
}

/** The most that was held while something went on. */
export interface Peak {
  bytes: number;
  by: Partial<Record<Owner, number>>;
}

const everyMilliseconds = 500;

/**
 * Samples what all processes of a home hold together: the sum of their PSS (each shared page counted once), twice a
 * second. Linux only; elsewhere there are no samples.
 */
export class MemorySampler {
  readonly #home: string;
  readonly #pid: number;
  readonly #samples: Sample[] = [];
  readonly #timer: NodeJS.Timeout | undefined;

  /**
   * @param home as it stands on the command lines of the engines, links resolved
   * @param pid the process that does the run
   */
  constructor(home: string, pid: number) {
    this.#home = home;
    this.#pid = pid;
    if (existsSync('/proc/self/smaps_rollup')) {
      this.#sample();
      this.#timer = setInterval(() => this.#sample(), everyMilliseconds);
    }
  }

  /** Ends the sampling and gives what was seen, the oldest first. */
  stop(): readonly Sample[] {
    clearInterval(this.#timer);
    return this.#samples;
  }

  #sample(): void {
    const by: Sample['by'] = {};
    for (const [pid, owner] of ownersOf(this.#home, this.#pid)) by[owner] = (by[owner] ?? 0) + pssOf(pid);
    const total = Object.values(by).reduce((sum, bytes) => sum + bytes, 0);
    this.#samples.push({ at: Date.now(), total, by });
  }
}

/** The largest of the samples between two moments; undefined if there is none. */
export function peakOf(samples: readonly Sample[], from = Number.NEGATIVE_INFINITY, to = Infinity): Peak | undefined {
  let peak: Sample | undefined;
  for (const sample of samples)
    if (sample.at >= from && sample.at <= to && (!peak || sample.total > peak.total)) peak = sample;
  return peak && { bytes: peak.total, by: peak.by };
}

/**
 * Every process of the home: those that name it, the run itself, and whoever they have started (Postgres' backends).
 */
function ownersOf(home: string, run: number): Map<number, Owner> {
  const parents = new Map<number, number>();
  const known = new Map<number, Owner | undefined>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const pid = Number(name);
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8');
      // The name of the program, in parentheses before the state and the parent, may hold anything.
      const [, parent] = /^\d+ \(.*\) \S (\d+) /s.exec(readFileSync(`/proc/${name}/stat`, 'utf8')) ?? [];
      parents.set(pid, Number(parent));
      known.set(pid, pid === run ? 'kith' : ownerOf(command, home));
    } catch {
      // It has just ended.
    }
  }
  const ownerAbove = (pid: number): Owner | undefined => {
    for (let at: number | undefined = pid; at !== undefined && at > 1; at = parents.get(at)) {
      const owner = known.get(at);
      if (owner) return owner;
    }
    return undefined;
  };
  return new Map(
    [...parents.keys()].flatMap((pid) => {
      const owner = ownerAbove(pid);
      return owner ? [[pid, owner] as const] : [];
    }),
  );
}

function ownerOf(command: string, home: string): Owner | undefined {
  if (!command.includes(home)) return undefined;
  if (command.includes('kith.Neo4jImport')) return 'importer';
  if (command.includes('kith.Neo4jServer')) return 'neo4j';
  if (command.includes('deploy.SparkSubmit')) return 'spark';
  return command.includes(`${home}/postgres`) ? 'postgres' : undefined;
}

function pssOf(pid: number): number {
  try {
    const [, kib = '0'] = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? [];
    return Number(kib) * 1024;
  } catch {
    return 0;
  }
}
