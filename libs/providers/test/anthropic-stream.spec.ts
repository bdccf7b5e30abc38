import fc from 'fast-check';
import { anthropicWire as wire } from './support/anthropic-encode.ts';
import { readStream, wireRequest } from './support/read-wire.ts';

describe('a stream of Anthropic, read for another dialect', () => {
  it('throws at nothing that may come, and never ends cleanly without an end', () => {
    const types = fc.constantFrom(
      ...['message_start', 'content_block_start', 'content_block_delta', 'content_block_stop'],
      ...['message_delta', 'ping', 'error', 'new'],
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(types, fc.jsonValue())), (events) => {
        const text = events
          .map(([type, more]) => `data: ${JSON.stringify({ ...Object(more), type, index: 0 })}\n\n`)
          .join('');
        expect(readStream(wire, wireRequest('m'), Buffer.from(text)).phase).toBe('failed');
      }),
    );
  });

  it('tells where the tools of Anthropic ran, as a whole answer does', () => {
    const container = { id: 'container_1', expires_at: '2026-11-21T12:00:00Z' };
    const ending = { stop_reason: 'end_turn', stop_sequence: null, container };
    const frames = [
      { type: 'message_start', message: { id: 'm', model: 'c', usage: {} } },
      { type: 'message_delta', delta: ending, usage: { output_tokens: 1 } },
      { type: 'message_stop' },
    ];
    const text = frames.map((frame) => `data: ${JSON.stringify(frame)}\n\n`).join('');
    const { events } = readStream(wire, wireRequest('m'), Buffer.from(text));
    expect(events).toContainEqual({
      ...{ type: 'finish', choice: 0 },
      finish: { reason: 'stop', raw: 'end_turn', container },
    });
    const whole = { id: 'm', model: 'c', content: [], usage: {}, ...ending };
    expect(wire.decodeAnswer(Buffer.from(JSON.stringify(whole)), wireRequest('m'))).toMatchObject({
      answer: { choices: [{ finish: { container } }] },
    });
  });

  it('tells a server tool whole, with the input that was streamed', () => {
    const frames = [
      { type: 'message_start', message: { id: 'm', model: 'c', usage: {} } },
      {
        ...{ type: 'content_block_start', index: 0 },
        content_block: { type: 'server_tool_use', id: 's', name: 'web_search', input: {} },
      },
      ...['{"que', 'ry":"q"}'].map((partial_json) => ({
        ...{ type: 'content_block_delta', index: 0 },
        delta: { type: 'input_json_delta', partial_json },
      })),
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'pause_turn' }, usage: { output_tokens: 1 } },
      { type: 'message_stop' },
    ];
    const text = frames.map((frame) => `data: ${JSON.stringify(frame)}\n\n`).join('');
    const { events, phase } = readStream(wire, wireRequest('m'), Buffer.from(text));
    expect(phase).toBe('finished');
    expect(events).toMatchObject([
      { type: 'start', id: 'm' },
      { type: 'part', value: { type: 'foreign', json: { id: 's', input: { query: 'q' } } } },
      { type: 'part-end' },
      { type: 'finish', finish: { reason: 'pause', raw: 'pause_turn' } },
      { type: 'end' },
    ]);
  });
});
