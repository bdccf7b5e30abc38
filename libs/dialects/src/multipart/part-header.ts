export interface PartHeader {
  readonly name: string;
  readonly fileName: string | null;
  readonly mediaType: string;
}

const LINE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):([^\r\n]*)$/;
const NAME = /^[\w.[\]-]{1,64}$/;
/** An escaped quote is refused: some readers take it for the end of the text. */
const PARAMETER = /^;[ \t]*([a-z]+\*?)=(?:"((?:[^"\\]|\\(?!"))*)"|([^\s";,()<>@:\\/?={}]*))[ \t]*/i;
const PLAIN_ENCODINGS = new Set(['7bit', '8bit', 'binary']);

/** Reads the head of a part; undefined where it is not what browsers and SDKs write. */
export function partHeaderOf(text: string): PartHeader | undefined {
  const lines = new Map<string, string>();
  for (const line of text.split('\r\n')) {
    const [, name, value] = LINE.exec(line) ?? [];
    if (name === undefined || value === undefined) return undefined;
    const key = name.toLowerCase();
    if (lines.has(key)) return undefined;
    lines.set(key, value.trim());
  }
  const encoding = lines.get('content-transfer-encoding');
  if (encoding !== undefined && !PLAIN_ENCODINGS.has(encoding.toLowerCase())) return undefined;
  const parameters = parametersOf(lines.get('content-disposition') ?? '');
  const name = parameters?.get('name');
  if (!parameters || name === undefined || !NAME.test(name)) return undefined;
  return {
    name,
    fileName: parameters.get('filename') ?? (parameters.has('filename*') ? '' : null),
    mediaType: lines.get('content-type') ?? '',
  };
}

function parametersOf(disposition: string): ReadonlyMap<string, string> | undefined {
  const start = /^form-data[ \t]*/i.exec(disposition);
  if (!start) return undefined;
  const found = new Map<string, string>();
  let rest = disposition.slice(start[0].length);
  while (rest !== '') {
    const parameter = PARAMETER.exec(rest);
    if (!parameter) return undefined;
    const [whole, key = '', quoted, token = ''] = parameter;
    if (found.has(key.toLowerCase())) return undefined;
    found.set(key.toLowerCase(), quoted ?? token);
    rest = rest.slice(whole.length);
  }
  return found;
}
