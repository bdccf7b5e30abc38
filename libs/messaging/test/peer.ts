import { connectMessaging, SILENT } from '../src/index.ts';
import { requestRecordEvent, stream } from './messages.ts';
import { QUICK } from './timings.ts';

type Role = 'serve' | 'call' | 'publish';

const [role, natsUrl, spoolDir] = process.argv.slice(2);
if (natsUrl === undefined || spoolDir === undefined)
  throw new Error('peer <role> <natsUrl> <spoolDir>');
await run(role as Role, natsUrl, spoolDir);

/** A process to be killed. `serve` takes calls and never ends them, `call` opens one, `publish` publishes without end. */
async function run(what: Role, url: string, folder: string): Promise<void> {
  const messaging = await connectMessaging({
    natsUrl: url,
    service: what === 'serve' ? 'provider-adapter' : 'gateway',
    spoolDir: folder,
    log: SILENT,
    timings: QUICK,
  });
  if (what === 'serve') {
    const host = messaging.hostFor('provider-adapter');
    host.serves(stream, (call) => call.head({}));
    await host.listen();
  } else if (what === 'call') {
    const call = {
      header: { name: 'child' },
      context: { id: 'pln_child', value: { plan: 'any' } },
      body: Buffer.alloc(0),
      deadlineAt: Date.now() + 60_000,
    };
    const ignore = (): void => undefined;
    const listener = { onHead: ignore, onData: ignore, onEnd: ignore, onFailure: ignore };
    messaging.bus.open(stream, call, listener);
  }
  process.stdout.write('ready\n');
  if (what === 'publish')
    for (let i = 0; ; i++) {
      await messaging.publisher.publish(requestRecordEvent, JSON.stringify({ id: `child-${i}` }));
      process.stdout.write(`child-${i}\n`);
    }
}
