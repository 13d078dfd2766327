// Writes the accepted rows of a lake anew, again and again, until it is killed: node --import tsx shrink.ts LAKE
import { join } from 'node:path';
import { Accepted } from '../../src/ingest/accepted.ts';

const lake = process.argv[2] as string;
const accepted = new Accepted({ lake });
process.stdout.write('begins\n');
for (let token = Date.now(); ; token++)
  await accepted.shrink(BigInt(token), `run${token}`, join(lake, `shrinking-${token}`));
