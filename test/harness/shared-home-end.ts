import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings } from '../../src/config/settings.ts';
import { down } from '../../src/engines/stack.ts';

/** jest's globalTeardown: nothing of the tests is left running or on disk. */
export default async function tearDown(): Promise<void> {
  const homes = process.env.KITH_TEST_HOMES;
  if (!homes) return;
  await Promise.all(readdirSync(homes).map((name) => down(readSettings({ KITH_HOME: join(homes, name) }))));
  rmSync(homes, { recursive: true, force: true });
}
