import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { projectRoot } from '../../src/config/project.ts';

const contributing = readFileSync(join(projectRoot, 'CONTRIBUTING.md'), 'utf8');
/** The folders of src, in the order in which CONTRIBUTING.md lists them. */
const folders = [...contributing.matchAll(/^\| .*? \|/gm)].flatMap(([cell]) =>
  [...cell.matchAll(/`(src\/[^`]+)`/g)].map(([, folder]) => folder as string),
);

/** The place of a file's folder in the list; the files beside src/config go with it. */
function placeOf(file: string): number {
  const [folder = 'src/config'] = folders
    .filter((one) => file.startsWith(`${one}/`))
    .sort((a, b) => b.length - a.length);
  return folders.indexOf(folder);
}

test('a folder imports only from those above it in the table of CONTRIBUTING.md', () => {
  const files = readdirSync(join(projectRoot, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join('src', name));
  const imports = files.flatMap((file) =>
    [...readFileSync(join(projectRoot, file), 'utf8').matchAll(/from '(\.[^']+)'/g)].map(([, path]) => ({
      file,
      imported: normalize(join(dirname(file), path as string)),
    })),
  );
  expect(imports.length).toBeGreaterThan(500);
  expect(imports.filter(({ file, imported }) => placeOf(imported) > placeOf(file))).toEqual([]);
});
