module.exports = {
  ...require('../../jest.preset.cjs'),
  displayName: 'deploy-checks',
  maxWorkers: 1,
  testTimeout: 30_000,
};
