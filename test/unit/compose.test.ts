import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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
  expect(services.map(([name]) => name)).toEqual(['neo4j', 'postgres', 'pgbouncer', 'mongodb', 's3', 's3-user']);
});

test('what all services share takes capabilities and new rights from them', () => {
  expect(confined).toMatch(/^ {2}cap_drop: \[ALL\]$/m);
  expect(confined).toMatch(/^ {2}security_opt: \[no-new-privileges:true\]$/m);
});

test.each(services)('%s is confined, of an exact version, and reached from this machine only', (_, lines) => {
  expect(lines).toMatch(/^ {4}<<: \*confined$/m);
  expect(lines).not.toMatch(/cap_add|privileged|network_mode|cap_drop|security_opt/);
  expect(lines).toMatch(/^ {4}mem_limit: (\d+[mg]|\$\{\w+:-\d+[mg]\})$/m);
  // A version with its last number, or a release of a minute.
  expect(lines).toMatch(/^ {4}image: [\w/]+:(v?\d+\.\d+\.\d+[\w.-]*|\d+\.\d+|RELEASE\.[\dTZ-]+)$/m);
  const ports = /^ {4}ports:\n((?: {6}.*\n)+)/m.exec(lines)?.[1]?.trimEnd().split('\n') ?? [];
  for (const port of ports) expect(port).toMatch(/^ {6}- 127\.0\.0\.1:\d+:\d+$/);
  // In no other form.
  expect(lines.match(/\bports:/g)?.length ?? 0).toBe(ports.length > 0 ? 1 : 0);
});

test('there is no default password: every one has to be set', () => {
  const passwords = [...text.matchAll(/^ +\w*(?:PASSWORD|SECRET_KEY|ACCESS_KEY): (.*)$/gm)].map(([, value]) => value);
  expect(passwords.length).toBeGreaterThan(6);
  for (const value of passwords) expect(value).toMatch(/^\$\{\w+:\?set .+\}$/);
});
