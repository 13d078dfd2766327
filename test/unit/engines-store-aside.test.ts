import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readSettings, type Settings } from '../../src/config/settings.ts';
import { dropNeo4jStore, moveNeo4jAside, movePostgresAside, storesAside } from '../../src/engines/store-aside.ts';

let place: string;
let settings: Settings;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'kith-unit-'));
  settings = readSettings({ KITH_HOME: join(place, 'home') });
});
afterEach(() => rmSync(place, { recursive: true }));

describe.each(['in the home', 'behind a link'])('data %s', (where) => {
  test('of Neo4j are moved aside on their own disk, or removed, and a link stays', async () => {
    const { data, link } = make('neo4j');
    const aside = (await moveNeo4jAside(settings)) as string;
    expect([dirname(aside), readdirSync(aside), readdirSync(data)]).toEqual([dirname(data), ['file'], []]);
    const earlier = join(settings.home, 'neo4j', 'data.broken-20240101T000000Z');
    mkdirSync(earlier);
    expect(storesAside(join(settings.home, 'neo4j')).sort()).toEqual([aside, earlier].sort());
    writeFileSync(join(data, 'file'), '');
    await dropNeo4jStore(settings);
    expect(readdirSync(data)).toEqual([]);
    expect(lstatSync(link).isSymbolicLink()).toBe(where === 'behind a link');
  });

  test('of Postgres are moved aside on their own disk, and a link stays', async () => {
    const { data, link } = make('postgres');
    const aside = (await movePostgresAside(settings)) as string;
    expect([dirname(aside), readdirSync(aside), existsSync(data)]).toEqual([dirname(data), ['file'], false]);
    expect(lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() ?? false).toBe(where === 'behind a link');
  });

  function make(engine: 'neo4j' | 'postgres') {
    const link = join(settings.home, engine, 'data');
    const data = where === 'behind a link' ? join(place, 'disk', 'store') : link;
    for (const folder of [data, dirname(link)]) mkdirSync(folder, { recursive: true });
    if (data !== link) symlinkSync(data, link);
    writeFileSync(join(data, 'file'), '');
    return { data, link };
  }
});
