export interface SuiteOptions {
  limitMs: number;
  /** For the global teardown, which stops engines, once the last test is over. */
  teardownMs?: number;
  /** Program and arguments that start jest. */
  command: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
}

export interface SuiteResult {
  passed: number;
  failed: number;
  skipped: number;
  isGood: boolean;
}

export declare function runSuite(suite: string, options: SuiteOptions): Promise<SuiteResult>;
