import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * jest's globalSetup: names a folder with a home for each of jest's workers, which its test files share; the first that
 * needs engines starts them.
 */
export default function setUp(): void {
  const homes = mkdtempSync(join(tmpdir(), 'kith-test-'));
  // Postgres, which runs as another user where this one is root, has to get through.
  chmodSync(homes, 0o711);
  process.env.KITH_TEST_HOMES = homes;
}
