import type { Settings } from '../config/settings.ts';
import { visible } from '../control-characters.ts';
import { withDatabase } from '../jobs/with-database.ts';
import type { Database } from '../postgres/database.ts';
import { textsOf } from '../postgres/user-texts.ts';
import type { ShownId, UserId } from '../user-id.ts';

/** Where what is told of users has an id, and where a list of them. */
const ofOne = new Set(['userId', 'recId', 'from', 'to', 'via']);
const ofMany = new Set(['vias', 'lately', 'before', 'newClosest', 'newRecommendations']);

/** What is told of users, with the texts that their ids are in the place of numbers; as it is where ids are numbers. */
export async function asSeen<T>(settings: Settings, told: T, database?: Database, signal?: AbortSignal): Promise<T> {
  if (settings.userIds !== 'text') return told;
  const ids = new Set<UserId>();
  mapIds(told, (id) => {
    if (typeof id !== 'string') ids.add(id);
    return id;
  });
  const find = (from: Database) => textsOf(from, ids);
  const texts = await (database ? find(database) : withDatabase(settings, signal, find));
  return mapIds(told, (id) => (typeof id === 'string' ? id : (texts.get(id) ?? id))) as T;
}

/** What is told of users for a text of lines, in which no id can make one. */
export function inLines<T>(told: T): T {
  return mapIds(told, (id) => (typeof id === 'string' ? visible(id) : id)) as T;
}

function mapIds(value: unknown, change: (id: ShownId) => ShownId, key = ''): unknown {
  if (Array.isArray(value))
    return value.map((one) => (ofMany.has(key) && isId(one) ? change(one) : mapIds(one, change)));
  if (ofOne.has(key) && isId(value)) return change(value);
  // Settings of runs have no ids, and errors and the like are no parts of what is told.
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype || key === 'run')
    return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, mapIds(one, change, name)]));
}

function isId(value: unknown): value is ShownId {
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string';
}
