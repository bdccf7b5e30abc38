import { parseDocument } from 'yaml';

/** What a `tollgate.yaml` refers to and does not hold. */
export interface References {
  readonly variables: readonly string[];
  /** Paths as written. */
  readonly files: readonly string[];
}

const VARIABLE_FIELDS = new Set(['fromEnv', 'textFromEnv', 'text_from_env', 'secretFromEnv']);
const FILE_FIELDS = new Set(['fromFile', 'secretFromFile']);
const MAX_ALIASES = 50;

/** Finds them wherever they stand. Text that is no YAML has none: the control plane says what is wrong with it, and where. */
export function findReferences(text: string): References {
  const variables = new Set<string>();
  const files = new Set<string>();
  const visited = new Set<unknown>();
  const visit = (value: unknown): void => {
    // An alias may stand for what it stands in.
    if (typeof value !== 'object' || value === null || visited.has(value)) return;
    visited.add(value);
    if (Array.isArray(value)) return value.forEach(visit);
    for (const [field, inner] of Object.entries(value)) {
      if (typeof inner !== 'string') visit(inner);
      else if (VARIABLE_FIELDS.has(field)) variables.add(inner);
      else if (FILE_FIELDS.has(field)) files.add(inner);
    }
  };
  visit(contentOf(text));
  return { variables: [...variables], files: [...files] };
}

function contentOf(text: string): unknown {
  try {
    const document = parseDocument(text);
    return document.errors.length ? undefined : document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch {
    return undefined;
  }
}
