// Writes docs/settings.md from the schema that checks the settings: `npx tsx scripts/settings-page.ts`.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { topics } from '../src/config/environment.ts';
import { projectRoot } from '../src/config/project.ts';

/** The page as it should be. */
export function settingsPage(): string {
  const sections = Object.entries(topics).map(
    ([topic, settings]) => `## ${topic}\n\n${Object.entries(settings).map(item).join('')}`,
  );
  return `${introduction}\n${sections.join('\n')}`;
}

const introduction = `# Settings

<!-- Made from src/config/environment.ts by \`npx tsx scripts/settings-page.ts\`. -->

Settings come from the environment or from a file \`.env\` in the working folder
([an example](../.env.example)); the environment wins. They are checked when a command starts. An
empty value counts as none. A name that begins with \`KITH_\` and is not listed here is refused,
except for what Kubernetes sets for services of such a name.

AWS's and OpenTelemetry's own variables (\`AWS_…\`, \`OTEL_…\`) are read by their libraries: runs
are traced if \`OTEL_EXPORTER_OTLP_ENDPOINT\` names a collector.
`;

function item([name, schema]: [string, z.ZodType]): string {
  const without = defaultOf(schema);
  return wrapped(`- \`${name}\`${without ? ` (default: ${without})` : ''}: ${schema.description}`);
}

function defaultOf(schema: z.ZodType): unknown {
  return schema instanceof z.ZodPrefault ? `\`${schema.def.defaultValue}\`` : schema.meta()?.unset;
}

/** An item of a list, in lines of at most 100 characters; a link is not broken. */
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
