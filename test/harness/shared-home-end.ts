import { rmSync } from 'node:fs';
import { readSettings } from '../../src/config/settings.ts';
import { down } from '../../src/engines/stack.ts';

/** jest's globalTeardown: nothing of the tests is left running or on disk. */
export default async function tearDown(): Promise<void> {
  const home = process.env.KITH_TEST_HOME;
  if (!home) return;
  await down(readSettings({ KITH_HOME: home }));
  rmSync(home, { recursive: true, force: true });
}
