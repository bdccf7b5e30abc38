import { busContract } from './bus.contract.ts';
import { WINDOW } from './bus-ends.ts';
import { useNats } from './nats.ts';

const nats = useNats();
const options = { windowBytes: WINDOW, drainMs: 200 };

busContract('carried directly, within one process', async () => {
  const { bus, hostFor } = await nats.connect(options);
  return { caller: bus, routing: hostFor('routing'), adapter: hostFor('provider-adapter') };
});

busContract('carried over NATS, between processes', async () => {
  const [gateway, routing, adapter] = await Promise.all([
    nats.connect({ ...options, service: 'gateway' }),
    nats.connect({ ...options, service: 'routing' }),
    nats.connect({ ...options, service: 'provider-adapter' }),
  ]);
  return {
    caller: gateway.bus,
    routing: routing.hostFor('routing'),
    adapter: adapter.hostFor('provider-adapter'),
  };
});
