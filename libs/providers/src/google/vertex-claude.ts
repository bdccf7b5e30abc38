import { fail, failure } from '@tollgate/contracts';
import type { Conversation, FetchedMediaMap, Part } from '@tollgate/neutral';
import { chatWire } from '../anthropic/chat-wire.ts';
import type { ChatWire } from '../chat-wire.ts';
import { JsonEdits } from '../json/json-edits.ts';
import type { GoogleEndpoint } from './endpoint.ts';

const NAME = /^(?:publishers\/anthropic\/models\/)?(claude-.+)$/;

/** Vertex serves Anthropic's models too, on Anthropic's wire. */
export function isClaude(endpoint: GoogleEndpoint, model: string): boolean {
  return endpoint.isVertex && NAME.test(model);
}

/**
 * Anthropic's messages as Vertex takes them: the path names the model, the body the version
 * (platform.claude.com/docs/en/build-with-claude/claude-on-vertex-ai, 2026-11). Media go inline: URLs are not read there.
 */
export function vertexClaudeWire(endpoint: GoogleEndpoint, credential: string | null): ChatWire {
  const own = chatWire({ path: '', headers: endpoint.headers, credential });
  return {
    ...own,
    encodeRequest: (request) => {
      const conversation = inlined(request.conversation, request.fetched);
      const encoded = own.encodeRequest({ ...request, conversation });
      if (!encoded.ok) return encoded;
      const edits = JsonEdits.of(encoded.value.body);
      const model = edits?.find('model');
      if (!edits || !model) return fail(failure('request.validation_error'));
      edits.remove(model);
      edits.set('anthropic_version', '"vertex-2023-10-16"');
      const name = `publishers/anthropic/models/${request.model.replace(NAME, '$1')}`;
      const path = endpoint.pathOf(name, request.stream ? 'streamRawPredict' : 'rawPredict');
      return { ok: true, value: { ...encoded.value, path, body: edits.apply() } };
    },
  };
}

function inlined(conversation: Conversation, fetched: FetchedMediaMap): Conversation {
  if (fetched.size === 0) return conversation;
  const messages = conversation.messages.map((message) => ({
    ...message,
    parts: message.parts.map((part) => inlinedPart(part, fetched)),
  }));
  return { ...conversation, messages };
}

function inlinedPart<Kind extends Part>(part: Kind, fetched: FetchedMediaMap): Kind {
  if (part.type === 'tool-result')
    return { ...part, parts: part.parts.map((inner) => inlinedPart(inner, fetched)) };
  if (!('source' in part) || part.source.kind !== 'url') return part;
  const media = fetched.get(part.source.url);
  return media ? { ...part, source: { kind: 'data', ...media } } : part;
}
