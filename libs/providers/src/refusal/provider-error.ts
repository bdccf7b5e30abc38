import { isRecord, parseJson } from '../json/json-value.ts';

/** The fields of a vendor's error object that are looked at; none of it may reach a caller unfiltered. */
export interface ProviderError {
  readonly code: string;
  readonly type: string;
  readonly param: string;
  readonly message: string;
  /** OpenRouter's and others' numeric `code`: the status that the model's vendor answered. */
  readonly status: number | undefined;
  /** The vendor's filter or moderation refused the prompt. */
  readonly isFiltered: boolean;
}

/** Reads a refusal's body, whatever shape the vendor gave it: `{ error: {…} }`, `{ error: "…" }`, `{ detail: … }`, or an array of these. */
export function readErrorBody(body: Buffer): ProviderError {
  const parsed = parseJson(body.toString());
  const outer = Array.isArray(parsed) ? parsed[0] : parsed;
  if (!isRecord(outer)) return readError({ message: body.toString() });
  return readError(outer.error ?? outer);
}

/** Reads an error object that stands in an answer or a chunk. */
export function readError(raw: unknown): ProviderError {
  const error = isRecord(raw) ? raw : { message: raw };
  const inner = isRecord(error.innererror) ? error.innererror : {};
  const metadata = isRecord(error.metadata) ? error.metadata : {};
  const code = text(error.code);
  const filterCode = `${code} ${text(error.type)} ${text(inner.code)}`;
  return {
    code,
    type: text(error.type),
    param: text(error.param),
    message: text(error.message) || text(error.detail),
    status: statusOf(error.code) ?? statusOf(error.status_code),
    isFiltered:
      /content_?filter|ResponsibleAIPolicyViolation|content_policy/i.test(filterCode) ||
      Array.isArray(metadata.reasons),
  };
}

function statusOf(value: unknown): number | undefined {
  const status = typeof value === 'string' && /^[45]\d\d$/.test(value) ? Number(value) : value;
  return typeof status === 'number' && status >= 400 && status <= 599 ? status : undefined;
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  return isRecord(value) || Array.isArray(value) ? JSON.stringify(value).slice(0, 2_000) : '';
}
