/** Whose wire a model is spoken to on, and the name that it has there. */
export interface PublishedModel {
  readonly publisher: 'google' | 'anthropic' | 'mistralai' | 'open';
  readonly name: string;
}

const RESOURCE = /^publishers\/([^/]+)\/models\/([^/]+)$/;
/** As Vertex's endpoint for open models names them: `meta/llama-3.3-70b-instruct-maas`. */
const OF_A_PUBLISHER = /^(?!publishers\/|endpoints\/|models\/|tunedModels\/)[^/]+\/[^/]+$/;
const CLAUDE = /^claude-/;
const MISTRAL = /^(?:mistral|codestral|ministral|magistral|devstral)-/;

/**
 * Who made a model that Vertex serves, by its name: a resource's (`publishers/{publisher}/models/{model}`), that of the
 * endpoint for open models (`{publisher}/{model}`), or a plain one.
 */
export function publishedModel(model: string): PublishedModel {
  const [, maker, name] = RESOURCE.exec(model) ?? [];
  if (maker === undefined || name === undefined) {
    if (CLAUDE.test(model)) return { publisher: 'anthropic', name: model };
    if (MISTRAL.test(model)) return { publisher: 'mistralai', name: model };
    return { publisher: OF_A_PUBLISHER.test(model) ? 'open' : 'google', name: model };
  }
  if (maker === 'anthropic' || maker === 'mistralai') return { publisher: maker, name };
  return maker === 'google'
    ? { publisher: maker, name: model }
    : { publisher: 'open', name: `${maker}/${name}` };
}
