import { CHAT_CODECS } from '@tollgate/dialects';
import { Losses } from '@tollgate/neutral';
import { isRecord } from '../../src/json/json-value.ts';
import { normalRequest } from './normal-request.ts';
import {
  chatWireOf,
  FAMILY,
  hasRecordings,
  type Json,
  loadRecordings,
  type Member,
} from './recorded-chats.ts';

const codec = CHAT_CODECS['openai-chat'];
const table: Record<string, Record<string, number>> = {};
const told: string[] = [];

interface Crossed {
  readonly body: Json;
  readonly named: readonly string[];
}

/** openai-chat → neutral → the vendor's wire. */
function cross(request: Json, slug: Member): Crossed | string {
  const decoded = codec.decodeRequest(request);
  if (!decoded.ok) return decoded.failure.message;
  const losses = new Losses('lenient', slug);
  const encoded = chatWireOf(slug).encodeRequest({
    conversation: decoded.value,
    model: String(request.model),
    stream: request.stream === true,
    outputCap: null,
    losses,
    fetched: new Map(),
  });
  const named = losses.settle();
  if (!named.ok) return named.failure.message;
  if (!encoded.ok) return encoded.failure.message;
  const body: unknown = JSON.parse(Buffer.from(encoded.value.body).toString());
  return isRecord(body) ? { body, named: named.value } : 'the body is no object';
}

(hasRecordings ? describe : describe.skip).each(FAMILY)('recorded requests to %s', (slug) => {
  it('come out of the neutral model as they went in', () => {
    const tally = { equal: 0, 'equal less what was named': 0, refused: 0 };
    table[slug] = tally;
    const refusals: string[] = [];
    for (const { reqJson, path, status } of loadRecordings(slug, '/chat/completions')) {
      if (!reqJson || status !== 200) continue;
      const crossed = cross(reqJson, slug);
      if (typeof crossed === 'string') {
        tally.refused++;
        refusals.push(`${slug} ${path}: ${crossed}`);
        continue;
      }
      const { body, named } = crossed;
      const wanted = less(named, normalRequest(reqJson, slug));
      expect({ path, ...less(named, normalRequest(body, slug)) }).toEqual({ path, ...wanted });
      tally[named.length > 0 ? 'equal less what was named' : 'equal']++;
      if (named.length > 0) told.push(`${slug} ${path}: without ${named.join(', ')}`);
    }
    // A search of the web is the one thing here that a vendor cannot do.
    for (const refusal of refusals) expect(refusal).toMatch(/"web_search_options" cannot be/);
    told.push(...refusals);
  });
});

/** The body without what was dropped by name. */
function less(named: readonly string[], body: Json): Json {
  const inMessages = named.flatMap((name) => /^messages\[\]\.(\w+)$/.exec(name)?.[1] ?? []);
  const { messages } = body;
  const kept = Array.isArray(messages)
    ? messages.map((message: Json) => omit(message, inMessages))
    : messages;
  return { ...omit(body, named), messages: kept };
}

function omit(fields: Json, names: readonly string[]): Json {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

(hasRecordings ? it : it.skip)('counts the requests', () => {
  console.table(table);
  if (told.length > 0) console.log(told.join('\n'));
  expect(Object.keys(table)).toEqual([...FAMILY]);
});
