import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Activity, activityTypes, type Network, type Word } from './network.ts';
import { shuffled } from './seeded-random.ts';

export interface FolderStyle {
  /** Writes the rows of every file in another order. */
  shuffleSeed?: number;
  gzip?: boolean;
  crlf?: boolean;
  /** Begins every file with a byte order mark. */
  bom?: boolean;
  /** Puts every field in quotes, and a newline, a comma and a quote into an unused column of user.csv. */
  quoteAll?: boolean;
  /** Writes every third row twice; the second time a suspended user's flag is 0, which must not matter. */
  repeatRows?: boolean;
}

type Row = (string | number | bigint)[];

/**
 * Writes the network as a folder of a day: the four activity files and user.csv. Times alternate between spellings
 * of the same second, so that a row's repetition is often spelled differently; so do cases of rel_type.
 */
export function writeFolder(network: Network, dir: string, style: FolderStyle = {}): void {
  mkdirSync(dir, { recursive: true });
  for (const type of activityTypes) {
    const activities = arranged(
      network.activities.filter((activity) => activity.type === type),
      style,
      (activity) => activity,
    );
    write(dir, `${type}.csv`, activities.map(activityRow), style);
  }
  for (const type of ['unfollow', 'block', 'mute', 'unblock', 'unmute', 'dismiss'] as const) {
    const words = arranged(
      (network.words ?? []).filter((word) => word.type === type),
      style,
      (word) => word,
    );
    if (words.length > 0) write(dir, `${type}.csv`, words.map(wordRow), style);
  }
  if (network.snapshots?.length)
    write(
      dir,
      'follows-snapshot.csv',
      network.snapshots.map(({ user, other }): Row => [user, other]),
      style,
    );
  if (network.discoverable) {
    writeUsers(network, network.discoverable, dir, style);
    return;
  }
  const flags = arranged([...network.suspended], style, ([user]): [number, boolean] => [user, false]);
  const users = flags.map(([user, suspended]): Row => {
    const about = style.quoteAll ? `about "${user}",\nin two lines` : `about ${user}`;
    return [user, `name${user}`, about, '', '', '', '', 'é', '', '', '', suspended ? 1 : 0, 'x', ''];
  });
  write(dir, 'user.csv', users, style);
}

/** Users under a header, each flag where it is known. */
function writeUsers({ suspended }: Network, discoverable: Map<number, boolean>, dir: string, style: FolderStyle): void {
  const ids = [...new Set([...suspended.keys(), ...discoverable.keys()])];
  // Where nothing is said, everybody may be recommended, and nobody is suspended.
  const rows = ids.map(
    (id): Row => [...['é', discoverable.get(id) === false ? 0 : 1], ...[id, suspended.get(id) ? 1 : 0, 0]],
  );
  const header: Row = ['name', 'discoverable', 'user_id', 'suspended', 'deleted'];
  write(dir, 'user.csv', [header, ...arranged(rows, style, (row) => row)], style);
}

function wordRow({ type, user, other, at, until = null }: Word, index: number): Row {
  const mayEnd = type === 'block' || type === 'mute';
  return [user, other, spelled(at, index), ...(mayEnd && until !== null ? [spelled(until, index)] : [])];
}

/** Writes a list of scores as `--reputation` takes it. */
export function writeReputation(reputation: Map<number, number>, path: string): void {
  writeFileSync(path, ['user_id,pred', ...[...reputation].map((pair) => pair.join(',')), ''].join('\n'));
}

function activityRow({ type, user, engaged, message, at }: Activity, index: number): Row {
  const relType = [type, type.toUpperCase(), ''][index % 3] as string;
  return [user, engaged, ...(message === null ? [] : [message]), spelled(at, index), relType];
}

/** The second in one of several spellings. */
export function spelled(at: number, index: number): string {
  const local = (shiftSeconds: number) => new Date((at + shiftSeconds) * 1000).toISOString().slice(0, 19);
  const spellings = [
    local(0).replace('T', ' '),
    `${local(0)}Z`,
    local(0).replace('T', ' '),
    `${local(19_800)}+05:30`,
    `${local(0)}.999Z`,
    `${local(-14_400)}-04:00`,
    local(0),
  ];
  return spellings[index % spellings.length] as string;
}

function arranged<T>(items: T[], style: FolderStyle, repetition: (item: T) => T): T[] {
  const all = style.repeatRows ? [...items, ...items.filter((_, index) => index % 3 === 0).map(repetition)] : items;
  return style.shuffleSeed === undefined ? all : shuffled(all, style.shuffleSeed);
}

function write(dir: string, name: string, rows: Row[], style: FolderStyle): void {
  const newline = style.crlf ? '\r\n' : '\n';
  const field = (value: Row[number]) => (style.quoteAll ? `"${String(value).replaceAll('"', '""')}"` : String(value));
  const text = (style.bom ? '\uFEFF' : '') + rows.map((row) => row.map(field).join(',') + newline).join('');
  if (style.gzip) writeFileSync(join(dir, `${name}.gz`), gzipSync(text));
  else writeFileSync(join(dir, name), text);
}
