import { JsonEdits } from '../json/json-edits.ts';
import type { ClientRequest } from '../provider.ts';
import { encodePassthrough } from './encode-passthrough.ts';

/** How a platform wants a body of Anthropic's messages that it serves itself. */
export interface HostedWays {
  /** `anthropic_version` of the body. */
  readonly version: string;
  /** What the platform says elsewhere (the model in the path), and refuses in the body. */
  readonly without: readonly ('model' | 'stream')[];
  /** For the body's `anthropic_beta`, where the platform reads no header. */
  readonly betas: readonly string[];
}

/**
 * The client's own bytes for a platform that serves Anthropic's models (Vertex, Bedrock), but for what the platform
 * wants said otherwise. Undefined when they are no JSON object.
 */
export function encodeHosted(
  request: ClientRequest,
  model: string,
  { version, without, betas }: HostedWays,
): Uint8Array | undefined {
  const body = encodePassthrough(request, model);
  const edits = body && JsonEdits.of(body);
  if (!edits) return undefined;
  for (const name of without) {
    const member = edits.find(name);
    if (member) edits.remove(member);
  }
  edits.set('anthropic_version', JSON.stringify(version));
  if (betas.length > 0 && !edits.find('anthropic_beta'))
    edits.set('anthropic_beta', JSON.stringify(betas));
  return edits.apply();
}

const BY_URL = /"type"\s*:\s*"url"/;

/**
 * Whether a body names images or documents by URL, which the platforms do not read: such a request is translated, so that
 * they can be fetched. In a text the quotes would be escaped.
 */
export function namesMediaByUrl(body: Uint8Array): boolean {
  return BY_URL.test(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1'));
}
