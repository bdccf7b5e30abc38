import { holdsStandIn } from './stand-in.ts';

const line = (recordedBy: string, usageSource: string, endUser = 'someone'): string =>
  JSON.stringify({ v: 1, id: 'req_1', usageSource, endUser, recordedBy });

const messageOf = (...lines: readonly string[]) => ({
  bytes: Buffer.from(lines.join('\n')),
  lines,
});

describe('holdsStandIn', () => {
  const measured = line('provider-adapter', 'provider');

  it('tells a guess of the gateway, whatever stands beside it', () => {
    expect(holdsStandIn(messageOf(measured, line('gateway', 'estimated'), measured))).toBe(true);
  });

  it.each([
    ['what the provider counted', [measured]],
    ['a guess of the adapter', [line('provider-adapter', 'estimated')]],
    ['a refusal by the gateway', [line('gateway', 'none')]],
    ['both beside one another', [line('gateway', 'none'), line('provider-adapter', 'estimated')]],
    [
      'what a caller wrote to look like one',
      [line('provider-adapter', 'provider', '"usageSource":"estimated","recordedBy":"gateway"')],
    ],
    ['nothing', []],
  ])('lets be %s', (_name, lines) => {
    expect(holdsStandIn(messageOf(...lines))).toBe(false);
  });
});
