import { FAULTS, VICTIMS } from './domain/fault-matrix.ts';
import { readOptions, UsageError } from './options.ts';
import { SCENARIOS } from './scenarios/scenario-names.ts';

describe('the options', () => {
  it('take everything by default, at least 200 cycles of it', () => {
    const options = readOptions([]);
    expect(options).toMatchObject({ victims: VICTIMS, faults: FAULTS, scenarios: SCENARIOS });
    expect(options.cycles).toBeGreaterThanOrEqual(200);
  });

  it('filter by name', () => {
    const args = ['--victim', 'nats,gateway', '--fault', 'kill', '--scenario', 'none'];
    expect(readOptions([...args, '--seed', '7', '--cycles', '3'])).toMatchObject({
      victims: ['nats', 'gateway'],
      faults: ['kill'],
      scenarios: [],
      seed: 7,
      cycles: 3,
    });
  });

  it.each([
    ['--victim', 'redis'],
    ['--fault', 'flood'],
    ['--scenario', 'x'],
    ['--cycles', 'many'],
    ['--other', ''],
  ])('refuse %s %s, and show what there is', (name, value) => {
    expect(() => readOptions([name, value])).toThrow(UsageError);
    expect(() => readOptions([name, value])).toThrow(/usage: .*\nvictims: gateway/);
  });
});
