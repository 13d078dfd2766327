import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** jest's globalSetup: names one home that all test files share; the first that needs engines starts them. */
export default function setUp(): void {
  process.env.KITH_TEST_HOME = mkdtempSync(join(tmpdir(), 'kith-test-'));
}
