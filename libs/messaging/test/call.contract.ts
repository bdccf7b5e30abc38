import { failure } from '@tollgate/contracts';
import type { CallRequest, IncomingCall } from '../src/index.ts';
import { type BusEnds, WINDOW } from './bus-ends.ts';
import { type Context, type Header, stream } from './messages.ts';
import { RecordingListener } from './recording-listener.ts';
import { until } from './until.ts';

/** What holds for calls, whichever way they are carried. */
export function callContract(endsNow: () => BusEnds): void {
  let ends: BusEnds;
  beforeEach(() => {
    ends = endsNow();
  });

  const call = (
    more: Partial<CallRequest<Header, Context>> = {},
  ): CallRequest<Header, Context> => ({
    header: { name: 'ann' },
    context: { id: 'pln_1', value: { plan: 'cheap' } },
    body: Buffer.from('body'),
    deadlineAt: Date.now() + 5_000,
    ...more,
  });
  const serve = async (
    handle: (incoming: IncomingCall<Header, Context>) => Promise<void> | void,
  ): Promise<void> => {
    ends.adapter.serves(stream, handle);
    await ends.adapter.listen();
  };
  const open = (more: Partial<CallRequest<Header, Context>> = {}) => {
    const listener = new RecordingListener();
    return { listener, opened: ends.caller.open(stream, call(more), listener) };
  };

  describe('a call', () => {
    it('brings header, context and body, and is answered by frames in order', async () => {
      await serve((incoming) => {
        incoming.head({ header: incoming.header, context: incoming.context });
        incoming.data(incoming.body);
        incoming.data(Buffer.from(' and more'));
        incoming.end({ recorded: true });
      });
      const { listener } = open();
      await listener.over();
      expect(listener.events.join()).toMatch(/^head,(data,)+end$/);
      expect(listener.heads).toEqual([{ header: { name: 'ann' }, context: { plan: 'cheap' } }]);
      expect(listener.bytes().toString()).toBe('body and more');
      expect(listener.ends).toEqual([{ recorded: true }]);
    });

    it('is never answered inside open', async () => {
      await serve((incoming) => incoming.fail(failure('provider.timeout')));
      const { listener } = open();
      expect(listener.events).toEqual([]);
      await listener.over();
      expect(listener.events).toEqual(['failure provider.timeout']);
    });

    it('keeps the order of many chunks', async () => {
      await serve(async (incoming) => {
        incoming.head({});
        for (let i = 0; i < 500; i++) {
          incoming.data(Buffer.from(`${i},`));
          if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
        }
        incoming.end({});
      });
      const { listener } = open();
      await listener.over();
      const expected = Array.from({ length: 500 }, (_, i) => `${i},`).join('');
      expect(listener.bytes().toString()).toBe(expected);
    });

    it('fails at once when nobody serves it', async () => {
      const { listener } = open();
      expect(listener.events).toEqual([]);
      await listener.over(1_000);
      expect(listener.events).toEqual(['failure bus.no_responder']);
    });

    it('fails when its handler throws, early or late', async () => {
      await serve((incoming) => {
        if (incoming.header.name === 'early') throw new Error('early');
        return Promise.resolve().then(() => {
          incoming.head({});
          throw new Error('late');
        });
      });
      const early = open({ header: { name: 'early' } });
      const late = open({ header: { name: 'late' } });
      await Promise.all([early.listener.over(), late.listener.over()]);
      expect(early.listener.events).toEqual(['failure bus.handler_failed']);
      expect(late.listener.events).toEqual(['head', 'failure bus.handler_failed']);
    });

    it('ends at its deadline, for both sides', async () => {
      const reasons: string[] = [];
      await serve((incoming) => {
        incoming.head({});
        incoming.onCancel((reason) => reasons.push(reason));
      });
      const { listener } = open({ deadlineAt: Date.now() + 100 });
      await listener.over();
      expect(listener.events).toEqual(['head', 'failure bus.deadline_exceeded']);
      await until('the cancellation', () => reasons.length > 0);
      expect(reasons).toEqual(['cancelled']);
    });

    it('ignores frames after its end', async () => {
      await serve((incoming) => {
        incoming.head({});
        incoming.end({ n: 1 });
        incoming.end({ n: 2 });
        incoming.fail(failure('provider.timeout'));
        expect(incoming.data(Buffer.from('late'))).toBe(false);
      });
      const { listener } = open();
      await listener.over();
      const second = open();
      await second.listener.over();
      expect(listener.events).toEqual(['head', 'end']);
      expect(listener.ends).toEqual([{ n: 1 }]);
    });

    it('stops its sender when credit is used up, and starts it again', async () => {
      const chunk = Buffer.alloc(WINDOW / 4, 7);
      const sent: number[] = [];
      await serve((incoming) => {
        let left = 12;
        const pump = (): void => {
          while (left > 0) {
            left--;
            sent.push(chunk.length);
            if (!incoming.data(chunk)) return;
          }
          incoming.end({});
        };
        incoming.onDrain(pump);
        incoming.head({});
        pump();
      });
      const { listener, opened } = open();
      await until('a window full', () => listener.bytes().length === WINDOW);
      expect(sent).toHaveLength(4);
      opened.credit(WINDOW / 2);
      await until('half a window more', () => listener.bytes().length === 1.5 * WINDOW);
      expect(sent).toHaveLength(6);
      opened.credit(WINDOW);
      await until('a window more', () => listener.bytes().length === 2.5 * WINDOW);
      opened.credit(WINDOW);
      await listener.over();
      expect(listener.bytes().length).toBe(3 * WINDOW);
    });

    it('is cancelled before its first frame', async () => {
      const reasons: string[] = [];
      let served = 0;
      await serve((incoming) => {
        served++;
        incoming.onCancel((reason) => reasons.push(reason));
      });
      const unseen = open();
      unseen.opened.cancel();
      const seen = open();
      await until('the call to be served', () => served > 0);
      seen.opened.cancel();
      await until('the cancellation', () => reasons.length === served);
      expect(new Set(reasons)).toEqual(new Set(['cancelled']));
      expect(seen.listener.events).toEqual([]);
      expect(unseen.listener.events).toEqual([]);
    });

    it('is cancelled after its first frame', async () => {
      const reasons: string[] = [];
      await serve((incoming) => {
        incoming.onCancel((reason) => {
          reasons.push(reason);
          incoming.data(Buffer.from('too late'));
          incoming.end({});
        });
        incoming.head({});
      });
      const { listener, opened } = open();
      await until('the head', () => listener.heads.length === 1);
      opened.cancel();
      await until('the cancellation', () => reasons.length > 0);
      const next = open();
      await until('the next head', () => next.listener.heads.length === 1);
      next.opened.cancel();
      expect(listener.events).toEqual(['head']);
      expect(reasons[0]).toBe('cancelled');
    });

    it('tells a late listener that it was cancelled', async () => {
      let incoming: IncomingCall<Header, Context> | undefined;
      await serve((one) => {
        incoming = one;
        one.head({});
      });
      const { listener, opened } = open();
      await until('the head', () => listener.heads.length === 1);
      opened.cancel();
      await until('the cancellation', () => incoming?.data(Buffer.from('x')) === false);
      const reasons: string[] = [];
      incoming?.onCancel((reason) => reasons.push(reason));
      expect(reasons).toEqual(['cancelled']);
    });

    it('carries a body of 5 MB', async () => {
      await serve((incoming) => {
        incoming.head({ bytes: incoming.body.length });
        incoming.data(incoming.body);
        incoming.end({});
      });
      const body = Buffer.alloc(5_000_000);
      for (let i = 0; i < body.length; i++) body[i] = (i * 31) & 255;
      const { listener } = open({ body });
      await listener.over();
      expect(listener.events.at(-1)).toBe('end');
      expect(listener.bytes().equals(body)).toBe(true);
    });

    it('serves many at once without mixing them up', async () => {
      await serve(async (incoming) => {
        incoming.head(incoming.header);
        await new Promise((resolve) => setImmediate(resolve));
        incoming.data(incoming.body);
        incoming.end(incoming.header);
      });
      const calls = Array.from({ length: 500 }, (_, i) =>
        open({
          header: { name: `n${i}` },
          body: Buffer.from(`b${i}`),
          context: { id: `pln_${i % 3}`, value: { plan: `${i % 3}` } },
        }),
      );
      await Promise.all(calls.map(({ listener }) => listener.over()));
      for (const [i, { listener }] of calls.entries()) {
        expect(listener.heads).toEqual([{ name: `n${i}` }]);
        expect(listener.bytes().toString()).toBe(`b${i}`);
        expect(listener.ends).toEqual([{ name: `n${i}` }]);
      }
    });

    it('is cancelled when its listener throws', async () => {
      const reasons: string[] = [];
      await serve((incoming) => {
        incoming.onCancel((reason) => reasons.push(reason));
        incoming.head({});
      });
      const listener = new RecordingListener();
      listener.onHead = () => {
        throw new Error('the listener is broken');
      };
      ends.caller.open(stream, call(), listener);
      await until('the cancellation', () => reasons.length > 0);
      expect(reasons).toEqual(['cancelled']);
    });

    it('is let end when its service closes, and no new one is taken', async () => {
      let finish: (() => void) | undefined;
      await serve((incoming) => {
        incoming.head({});
        // The first call's: one that slips in while the service closes must not take its place.
        finish ??= () => incoming.end({ whole: true });
      });
      const { listener } = open();
      await until('the head', () => listener.heads.length === 1);
      const closing = ends.adapter.close(5_000);
      let isClosed = false;
      void closing.then(() => {
        isClosed = true;
      });
      await until('the service to take no more', async () => {
        const late = open();
        await until('an answer', () => late.listener.events.length > 0);
        late.opened.cancel();
        return late.listener.events[0] === 'failure bus.no_responder';
      });
      expect(isClosed).toBe(false);
      finish?.();
      await closing;
      await listener.over();
      expect(listener.ends).toEqual([{ whole: true }]);
    });

    it('is ended when the grace of a drain is over', async () => {
      const reasons: string[] = [];
      await serve((incoming) => {
        incoming.onCancel((reason) => reasons.push(reason));
        incoming.head({});
      });
      const { listener } = open();
      await until('the head', () => listener.heads.length === 1);
      await ends.adapter.close(50);
      await listener.over();
      expect(listener.events).toEqual(['head', 'failure bus.peer_lost']);
      expect(reasons).toEqual(['caller_lost']);
    });
  });
}
