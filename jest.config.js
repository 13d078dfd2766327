/** The test suites. scripts/test.ts runs them one after the other with --selectProjects, some with several workers. */
const common = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' } },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/.kith', '<rootDir>/dist', '<rootDir>/engines'],
};
const engines = {
  globalSetup: '<rootDir>/test/harness/shared-home.ts',
  globalTeardown: '<rootDir>/test/harness/shared-home-end.ts',
};

/** Tests that measure waiting times run alone. */
const timed = '/test/integration/readers\\.test\\.ts$';

export default {
  maxWorkers: 1,
  // Ends what hangs. How long a test takes says nothing about what it tests: a minute's work takes six where others work.
  testTimeout: 1_800_000,
  // Not in the temporary folder, since each suite has its own and removes it at the end.
  cacheDirectory: '<rootDir>/.setup/jest',
  projects: [
    { ...common, displayName: 'unit', testMatch: ['<rootDir>/test/unit/**/*.test.ts'] },
    {
      ...common,
      ...engines,
      displayName: 'integration',
      testMatch: ['<rootDir>/test/integration/**/*.test.ts'],
      testPathIgnorePatterns: [timed],
    },
    { ...common, ...engines, displayName: 'timed', testRegex: [timed] },
    { ...common, ...engines, displayName: 'slow', testMatch: ['<rootDir>/test/slow/**/*.test.ts'] },
  ],
};
