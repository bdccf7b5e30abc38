const { readFileSync } = require('node:fs');

const swc = JSON.parse(readFileSync(`${__dirname}/.swcrc`, 'utf8'));

/** Sources are ESM; Jest runs them compiled to CommonJS, with Node's require(esm) for ESM-only packages. */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  testEnvironmentOptions: {
    customExportConditions: ['@tollgate/source', 'require', 'default', 'node', 'node-addons'],
  },
  transform: {
    '^.+\\.ts$': ['@swc/jest', { ...swc, swcrc: false, module: { type: 'commonjs' } }],
  },
  // Real servers on a machine that two suites share: a deadline, not an expectation.
  testTimeout: 30_000,
  reporters: ['default'],
  coverageProvider: 'v8',
};
