module.exports = {
  ...require('../../jest.preset.cjs'),
  displayName: 'faults',
  // One suite starts the whole system; two at once would starve each other on two cores.
  maxWorkers: 1,
};
