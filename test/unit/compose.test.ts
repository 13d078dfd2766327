import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stampOfSources } from '../../bin/stamp.mjs';
import { projectRoot } from '../../src/config/project.ts';

const text = readFileSync(join(projectRoot, 'docker-compose.yml'), 'utf8');
/** The lines of each service. */
const services = sectionsOf(/^services:\n((?: .*\n|\n)*)/m.exec(text)?.[1] ?? '');
const confined = /^x-confined: &confined\n((?: .*\n)*)/m.exec(text)?.[1];

function sectionsOf(block: string): [name: string, lines: string][] {
  const [, ...parts] = block.split(/^ {2}([\w-]+):\n/m);
  return parts.flatMap((name, i): [string, string][] => (i % 2 === 0 ? [[name, parts[i + 1] ?? '']] : []));
}

test('the composed stack has all its services', () => {
  expect(services.map(([name]) => name)).toEqual([
    ...['neo4j', 'postgres', 'pgbouncer', 'worker', 'dashboard'],
    ...['mongodb', 's3', 's3-user'],
  ]);
  const optional = services.filter(([, lines]) => /^ {4}profiles: \[\w+\]$/m.test(lines)).map(([name]) => name);
  expect(optional).toEqual(['mongodb', 's3', 's3-user']);
});

test('what all services share takes capabilities and new rights from them', () => {
  expect(confined).toMatch(/^ {2}cap_drop: \[ALL\]$/m);
  expect(confined).toMatch(/^ {2}security_opt: \[no-new-privileges:true\]$/m);
});

test.each(services)('%s is confined, of an exact version, and reached from this machine only', (_, lines) => {
  expect(lines).toMatch(/^ {4}<<: (\*confined|\[\*confined, \*kith\])$/m);
  expect(lines).not.toMatch(/cap_add|privileged|network_mode|cap_drop|security_opt/);
  expect(lines).toMatch(/^ {4}mem_limit: (\d+[mg]|\$\{\w+:-\d+[mg]\})$/m);
  // A version with its last number, or a release of a minute.
  if (!lines.includes('*kith'))
    expect(lines).toMatch(/^ {4}image: [\w/-]+:(v?\d+\.\d+\.\d+[\w.-]*|\d+\.\d+|RELEASE\.[\dTZ-]+)$/m);
  const ports = /^ {4}ports:\n((?: {6}.*\n)+)/m.exec(lines)?.[1]?.trimEnd().split('\n') ?? [];
  for (const port of ports) expect(port).toMatch(/^ {6}- 127\.0\.0\.1:\d+:\d+$/);
  // In no other form.
  expect(lines.match(/\bports:/g)?.length ?? 0).toBe(ports.length > 0 ? 1 : 0);
});

test('there is no default password: every one has to be set', () => {
  const passwords = [...text.matchAll(/^ +\w*(?:PASSWORD|SECRET_KEY|ACCESS_KEY): (.*)$/gm)].map(([, value]) => value);
  expect(passwords.length).toBeGreaterThan(6);
  // What only a profile needs may be unset, and its image refuses to start then.
  for (const value of passwords) expect(value).toMatch(/^\$\{(\w+:\?set .+|(MONGO|S3)_\w+:-)\}$/);
});

test('all other settings reach Kith from kith.env, which may be missing and is in no image or commit', () => {
  const kith = /^x-kith: &kith\n((?: .*\n)*)/m.exec(text)?.[1];
  expect(kith).toMatch(/^ {2}env_file:\n {4}- path: kith\.env\n {6}required: false$/m);
  for (const file of ['.gitignore', '.dockerignore'])
    expect(readFileSync(join(projectRoot, file), 'utf8').split('\n')).toContain('kith.env');
});

test('.env.example names every variable that has no default', () => {
  const example = readFileSync(join(projectRoot, '.env.example'), 'utf8');
  const names = new Set([...text.matchAll(/\$\{(\w*(?:PASSWORD|SECRET_KEY|ACCESS_KEY)):/g)].map(([, name]) => name));
  expect(names).toContain('KITH_WEB_PASSWORD');
  for (const name of names) expect(example).toMatch(new RegExp(`^# ${name}=$`, 'm'));
});

describe('the image', () => {
  const dockerfile = readFileSync(join(projectRoot, 'Dockerfile'), 'utf8');
  const [, , program = ''] = dockerfile.split(/^FROM .*\n/m);
  const ignored = readFileSync(join(projectRoot, '.dockerignore'), 'utf8').split('\n');

  test('is of the versions that the lockfile and the stack are for, and runs as nobody special', () => {
    expect(dockerfile.match(/^FROM \S+/gm)).toEqual([
      'FROM node:20.20.2-bookworm',
      'FROM node:20.20.2-bookworm-slim',
      'FROM neo4j:5.26.30-community',
    ]);
    expect(program).toMatch(/^USER node$/m);
    // A worker says `ok` there to everybody.
    expect(program).toMatch(/^HEALTHCHECK .*\\\n.*\/health/m);
    expect(program).not.toMatch(/npx kith|CMD \["npm/);
  });

  test('has all that the command compares with its sources, and nothing else of the checkout', () => {
    const copied = [...program.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names = '']) => names.split(' '));
    for (const name of copied) {
      expect(existsSync(join(projectRoot, name))).toBe(true);
      expect(ignored).not.toContain(name);
    }
    const folder = mkdtempSync(join(tmpdir(), 'kith-image-'));
    try {
      for (const name of copied) cpSync(join(projectRoot, name), join(folder, name), { recursive: true });
      expect(stampOfSources(folder)).toBe(stampOfSources(projectRoot));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
