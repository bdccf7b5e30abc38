import { publishedModel } from './model-publisher.ts';

describe('models of Vertex', () => {
  it.each([
    ['gemini-2.5-flash', 'google', 'gemini-2.5-flash'],
    ['models/gemini-2.5-flash', 'google', 'models/gemini-2.5-flash'],
    ['publishers/google/models/gemini-x', 'google', 'publishers/google/models/gemini-x'],
    ['endpoints/123', 'google', 'endpoints/123'],
    ['claude-sonnet-4-5@20250929', 'anthropic', 'claude-sonnet-4-5@20250929'],
    ['publishers/anthropic/models/claude-x', 'anthropic', 'claude-x'],
    ['mistral-small-2503', 'mistralai', 'mistral-small-2503'],
    ['publishers/mistralai/models/codestral-2', 'mistralai', 'codestral-2'],
    ['meta/llama-3.3-70b-instruct-maas', 'open', 'meta/llama-3.3-70b-instruct-maas'],
    ['publishers/meta/models/llama-4-scout', 'open', 'meta/llama-4-scout'],
    ['google/gemini-2.5-flash', 'open', 'google/gemini-2.5-flash'],
  ])('%s is spoken to on the wire of %s', (model, publisher, name) => {
    expect(publishedModel(model)).toEqual({ publisher, name });
  });
});
