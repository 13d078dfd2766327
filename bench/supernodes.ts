import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Random } from '../src/random.ts';

/** Two users of their own, beyond the others' ids, whom everybody or who everybody. */
export interface Supernodes {
  /** Their activities come from everybody. */
  star: number;
  incoming: number;
  /** Whose activities go to everybody. */
  fan: number;
  outgoing: number;
}

/** Of 10M activities 2M and 200,000, of others in proportion. */
export function supernodesOf(activities: number, users: number): Supernodes {
  return { star: users, incoming: Math.round(activities / 5), fan: users + 1, outgoing: Math.round(activities / 50) };
}

/** Share of the types, in the order in which their files are written. */
const shares = { follow: 0.1, reply: 0.3, mention: 0.1, like: 0.5 } as const;
type Type = keyof typeof shares;
const chunkRows = 1000;

/** Who else there is, and the span of their history in epoch seconds, both ends in it. */
interface Others {
  users: number;
  seed: number;
  from: number;
  to: number;
}

/** Adds the activities of both to the plain files of a day's folder. */
export async function addSupernodes(
  folder: string,
  nodes: Supernodes,
  others: Others,
  signal: AbortSignal,
): Promise<void> {
  for (const type of Object.keys(shares) as Type[]) {
    const file = createWriteStream(join(folder, `${type}.csv`), { flags: 'a' });
    await pipeline(Readable.from(chunks(type, nodes, others)), file, { signal });
  }
}

function* chunks(type: Type, { star, incoming, fan, outgoing }: Supernodes, others: Others): Generator<string> {
  const random = new Random(others.seed, `supernodes ${type}`);
  const counts = [Math.round(incoming * shares[type]), Math.round(outgoing * shares[type])] as const;
  for (const [i, count] of counts.entries()) {
    for (let done = 0; done < count; done += chunkRows) {
      const lines: string[] = [];
      for (let row = done; row < Math.min(count, done + chunkRows); row++) {
        const other = random.below(others.users);
        lines.push(lineOf(type, i === 0 ? [other, star] : [fan, other], others, random));
      }
      yield lines.join('');
    }
  }
}

function lineOf(
  type: Type,
  [from, to]: readonly [number, number],
  { from: start, to: end }: Others,
  random: Random,
): string {
  const instant = new Date((start + random.below(end - start + 1)) * 1000).toISOString().slice(0, 19).replace('T', ' ');
  const message = type === 'follow' ? '' : `${200_000_000_000_000_000n + BigInt(random.next())},`;
  return `${from},${to},${message}${instant},${type}\n`;
}
