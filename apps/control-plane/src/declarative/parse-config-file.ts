import { fail, type Result, succeed } from '@tollgate/contracts';
import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { fieldErrors } from '../http/validation.ts';
import { type ConfigFile, configFile } from './config-file.schema.ts';

const MAX_CHARS = 1_048_576;
const MAX_ALIASES = 50;

/** What is wrong with the file, and where. Lines and columns begin at 1. */
export interface ConfigFileProblem {
  readonly line: number;
  readonly column: number;
  /** Dotted path, e.g. `routes.0.targets`; empty for the file as a whole. */
  readonly field: string;
  readonly message: string;
}

/** A valid file, and a way to say where in it something stands. */
export interface ParsedConfigFile {
  readonly file: ConfigFile;
  locate(field: string, message: string): ConfigFileProblem;
}

/** Reads `tollgate.yaml` without touching anything. */
export function parseConfigFile(text: string): Result<ParsedConfigFile, ConfigFileProblem[]> {
  if (text.length > MAX_CHARS) {
    return fail([{ line: 1, column: 1, field: '', message: 'is larger than a mebibyte' }]);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0) {
    return fail(
      document.errors.map((error) => ({
        line: error.linePos?.[0].line ?? 1,
        column: error.linePos?.[0].col ?? 1,
        field: '',
        message: error.message.split('\n')[0] ?? 'is not YAML',
      })),
    );
  }
  const locate = (field: string, message: string): ConfigFileProblem => {
    const { line, col } = lines.linePos(offsetOf(document, field.split('.')));
    return { line, column: col, field, message };
  };
  const content = readContent(document);
  if (!content.ok) return fail([locate('', content.failure)]);
  const parsed = configFile.safeParse(content.value ?? {});
  if (parsed.success) return succeed({ file: parsed.data, locate });
  const errors = parsed.error.issues.flatMap(fieldErrors);
  return fail(errors.map(({ field, message }) => locate(field, message)));
}

/** Aliases may multiply: the parser counts them when it unfolds. What contains itself, or is too deep, is no JSON. */
function readContent(document: Document): Result<unknown, string> {
  try {
    const content: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    JSON.stringify(content);
    return succeed(content);
  } catch (error) {
    return fail(error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'cannot be read');
  }
}

/** Where the field stands, or, when it is missing, the innermost thing that would hold it. */
function offsetOf(document: Document, path: readonly string[]): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && isNamed(String(key.value), part));
      if (!pair) return offset;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else {
      node = isSeq(node) ? node.items[Number(part)] : undefined;
      offset = startOf(node) ?? offset;
    }
  }
  return offset;
}

/** Keys may be written in snake case. */
const isNamed = (written: string, field: string): boolean =>
  written === field ||
  written.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()) === field;

const startOf = (node: unknown): number | undefined =>
  isNode(node) ? (node.range?.[0] ?? undefined) : undefined;
