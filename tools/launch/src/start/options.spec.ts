import path from 'node:path';
import { readOptions } from './options.ts';

describe('readOptions', () => {
  it('starts one process on the usual ports in the usual folder', () => {
    expect(readOptions([], {}, '/root')).toEqual({
      mode: 'standalone',
      fresh: false,
      home: '/root/.tollgate',
      gatewayPort: 4000,
      controlPlanePort: 4001,
      simulatorPort: 4010,
      configFile: undefined,
    });
  });

  it('reads flags, ports, the folder and the files of the operator', () => {
    const environment = {
      TOLLGATE_HOME: '/elsewhere',
      TOLLGATE_GATEWAY_PORT: '0',
      TOLLGATE_CONFIG_FILE: ['a.yaml', '/b.yaml'].join(path.delimiter),
    };
    expect(readOptions(['--distributed', '--fresh'], environment, '/root')).toMatchObject({
      mode: 'distributed',
      fresh: true,
      home: '/elsewhere',
      gatewayPort: 0,
      configFile: ['/root/a.yaml', '/b.yaml'].join(path.delimiter),
    });
  });

  it('names all that is wrong at once', () => {
    const environment = { TOLLGATE_GATEWAY_PORT: 'x', TOLLGATE_SIMULATOR_PORT: '70000' };
    expect(() => readOptions([], environment, '/root')).toThrow(
      'TOLLGATE_GATEWAY_PORT must be a port from 0 to 65535\nTOLLGATE_SIMULATOR_PORT must be',
    );
    expect(() => readOptions(['--wrong'], {}, '/root')).toThrow(/usage: npm start/);
  });
});
