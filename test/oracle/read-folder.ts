import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { activityTypes, type Network } from './network.ts';

/**
 * The network of a clean folder of a day, plain or gzip: no bad rows and no quotes, or it throws.
 * Its repeated rows stay repeated; `expectedTables` makes them one.
 */
export function networkOfFolder(dir: string): Network {
  const network: Network = { activities: [], suspended: new Map() };
  for (const type of activityTypes)
    for (const row of rows(dir, `${type}.csv`)) {
      const [user, engaged, ...rest] = row;
      const [message, time] = type === 'follow' ? [null, rest[0]] : [BigInt(some(rest[0])), rest[1]];
      network.activities.push({ type, user: id(user), engaged: id(engaged), message, at: epochSeconds(some(time)) });
    }
  for (const row of rows(dir, 'user.csv')) {
    const user = id(row[0]);
    const flag = row[11];
    if (flag !== '1' && flag !== '0') throw new Error(`user.csv in ${dir}: the flag of ${user} is ${flag}`);
    network.suspended.set(user, flag === '1' || network.suspended.get(user) === true);
  }
  return network;
}

function rows(dir: string, name: string): string[][] {
  const path = join(dir, name);
  const text = existsSync(path)
    ? readFileSync(path, 'utf8')
    : existsSync(`${path}.gz`)
      ? gunzipSync(readFileSync(`${path}.gz`)).toString('utf8')
      : '';
  if (text.includes('"')) throw new Error(`${path}: this reader takes no quotes`);
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map((line) => line.split(','));
}

/** Epoch seconds of `YYYY-MM-DD HH:MM:SS` or ISO 8601, UTC when no zone is given, cut to whole seconds. */
export function epochSeconds(time: string): number {
  const [, date, clock, zone] = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)?$/.exec(time) ?? [];
  const milliseconds = Date.parse(`${date}T${clock}${zone ?? 'Z'}`);
  if (Number.isNaN(milliseconds)) throw new Error(`not a time: ${time}`);
  return milliseconds / 1000;
}

function id(text: string | undefined): number {
  const value = Number(some(text));
  if (!Number.isInteger(value) || value < 0 || value > 2 ** 31 - 1) throw new Error(`not a user id: ${text}`);
  return value;
}

function some(text: string | undefined): string {
  if (text === undefined || text === '') throw new Error('a column is missing or empty');
  return text;
}
