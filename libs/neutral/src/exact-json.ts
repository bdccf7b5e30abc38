declare global {
  interface JSON {
    /** Stands for a text in what is written: https://tc39.es/proposal-json-parse-with-source */
    rawJSON(text: string): { readonly rawJSON: string };
    isRawJSON(value: unknown): value is { readonly rawJSON: string };
  }
}

/** Members that hold the arguments of tool calls: Anthropic's and Bedrock's, Google's, Ollama's. */
const ARGUMENTS: ReadonlySet<string> = new Set(['input', 'args', 'arguments']);

/** An integer that a number cannot hold has sixteen digits or more. */
const LONG_INTEGER = /(?<![.\d])\d{16}/;

/**
 * JSON whose objects of tool arguments are written again with every digit: ids of 64 bits are common there. Long integers
 * in them are opaque; everything else is as `JSON.parse` gives it. Throws as that does.
 */
export function parseWithArguments(text: string): unknown {
  return LONG_INTEGER.test(text) ? settle(parseOpaque(text), false) : JSON.parse(text);
}

/** The arguments of a tool call, to be written again with every digit; undefined when they are no JSON. */
export function parseArguments(text: string): unknown {
  try {
    if (!LONG_INTEGER.test(text)) return JSON.parse(text);
    const value = parseOpaque(text);
    return JSON.isRawJSON(value) ? Number(value.rawJSON) : value;
  } catch {
    return undefined;
  }
}

function parseOpaque(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown, context?: { readonly source?: string }) =>
    isTooLong(value) && context?.source !== undefined ? JSON.rawJSON(context.source) : value,
  );
}

function isTooLong(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);
}

/** Makes numbers again of what is opaque outside of arguments: whoever reads a field expects one. */
function settle(value: unknown, isArguments: boolean): unknown {
  if (JSON.isRawJSON(value)) return isArguments ? value : Number(value.rawJSON);
  if (Array.isArray(value)) return value.map((one) => settle(one, isArguments));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      key,
      settle(one, isArguments || ARGUMENTS.has(key)),
    ]),
  );
}
