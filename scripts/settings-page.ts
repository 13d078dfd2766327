// Generates docs/settings.md from the schema that checks the settings: `npx tsx scripts/settings-page.ts`.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { topics } from '../src/config/environment.ts';
import { projectRoot } from '../src/config/project.ts';

/** The text of the page. */
export function settingsPage(): string {
  const sections = Object.entries(topics).map(
    ([topic, settings]) => `## ${topic}\n\n${Object.entries(settings).map(item).join('')}`,
  );
  return `${introduction}\n${sections.join('\n')}`;
}

const introduction = `# Settings

<!-- Generated from src/config/environment.ts by \`npx tsx scripts/settings-page.ts\`. -->

Settings come from the environment or from a file of lines \`NAME=value\`: \`.env\` in the checkout
([an example](../.env.example)), or the file of \`--env-file FILE\`, which every command accepts;
\`/dev/null\` stands for no file. The environment wins. Of the file only \`KITH_…\`, \`AWS_…\`,
\`OTEL_…\` and \`JAVA_HOME\` are taken, and nobody but its owner and root may be able to write it.
(Where Kith is called as \`node bin/kith.mjs\`, write \`node -- bin/kith.mjs\`: otherwise Node itself
reads the file of \`--env-file\` first.) Settings are checked when a command starts. An empty value
counts as not set. Kith refuses variables that begin with \`KITH_\` and are not listed here, except
for those that Kubernetes sets for services with such a name.

The variables of AWS and OpenTelemetry (\`AWS_…\`, \`OTEL_…\`) are read by their libraries. To trace
runs, set \`OTEL_EXPORTER_OTLP_ENDPOINT\` to a collector. \`JDK_JAVA_OPTIONS\` reaches the Java of the
embedded Neo4j.
`;

function item([name, schema]: [string, z.ZodType]): string {
  const without = defaultOf(schema);
  return wrapped(`- \`${name}\`${without ? ` (default: ${without})` : ''}: ${schema.description}`);
}

function defaultOf(schema: z.ZodType): unknown {
  return schema instanceof z.ZodPrefault ? `\`${schema.def.defaultValue}\`` : schema.meta()?.unset;
}

/** Wraps a list item at 100 characters, without breaking links. */
function wrapped(text: string): string {
  const lines = [''];
  for (const word of text.split(/ (?![^[]*\])/)) {
    const longer = `${lines.at(-1)}${lines.at(-1)?.trim() ? ' ' : ''}${word}`;
    if (longer.length > 100) lines.push(`  ${word}`);
    else lines[lines.length - 1] = longer;
  }
  return `${lines.join('\n')}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  writeFileSync(join(projectRoot, 'docs', 'settings.md'), settingsPage());
