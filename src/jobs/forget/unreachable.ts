import { sep } from 'node:path';
import type { Settings } from '../../config/settings.ts';
import { homeOf } from '../../engines/home.ts';
import { storesAside } from '../../engines/store-aside.ts';
import { count } from '../../figures.ts';
import type { Database } from '../../postgres/database.ts';
import { withoutSecrets } from '../../secrets.ts';

/** How many places are named. */
const mostNamed = 20;

/** What `kith forget` can't reach, for a person: a sentence for each. */
export async function unreachable(settings: Settings, database: Database): Promise<string[]> {
  const home = homeOf(settings);
  const rows = await database.query<{ place: string }>('sql/forget/places.sql');
  const elsewhere = rows.map(({ place }) => place).filter((place) => !place.startsWith(`${home.root}${sep}runs${sep}`));
  const named = elsewhere.slice(0, mostNamed).map((place) => withoutSecrets(place));
  const more = elsewhere.length > mostNamed ? [`and ${count(elsewhere.length - mostNamed)} more`] : [];
  const asides = [home.neo4j, home.postgres].flatMap(storesAside);
  return [
    ...(named.length > 0
      ? [`input folders and lists of scores, which Kith only reads again: ${[...named, ...more].join(', ')}`]
      : []),
    ...(asides.length > 0 ? [`stores that were moved aside, to be deleted: ${asides.join(', ')}`] : []),
    'backups and dumps, and what `kith export`, `kith evaluate` and `kith reputation score` wrote',
    "bytes that the engines have not written over yet: Neo4j's transaction logs and free space, Postgres' write-ahead log",
    "what readers of the tables have copied, the engines' logs, and logs that workers have written elsewhere",
  ];
}
