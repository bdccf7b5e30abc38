module.exports = {
  ...require('../../jest.preset.cjs'),
  displayName: 'e2e',
  // Each suite starts the whole system; two at once would starve each other on two cores.
  maxWorkers: 1,
  testTimeout: 120_000,
};
