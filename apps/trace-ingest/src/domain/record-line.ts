/** What must be known of a record before it is stored: its bytes travel on as they are. */
export class RecordLine {
  constructor(
    /** One JSON object, beginning with its brace. */
    readonly bytes: Buffer,
    readonly id: string,
    readonly isFromGateway: boolean,
    /** Place in the stream. */
    readonly sequence: number,
    /** Index of the message that brought it. */
    readonly message: number,
  ) {}

  get text(): string {
    return this.bytes.toString('utf8');
  }
}

export interface LineHead {
  readonly bytes: Buffer;
  readonly id: string;
  readonly isFromGateway: boolean;
}

/** How our own encoders begin and end a record: no need to parse these. */
const BEGIN = '{"v":1,"id":"';
const END_ADAPTER = '"recordedBy":"provider-adapter"}';
const END_GATEWAY = '"recordedBy":"gateway"}';
const LONGEST_ID = 64;
const LINE_BREAK = 0x0a;

/** The lines of a message, as views of its bytes. */
export function splitLines(bytes: Buffer): readonly Buffer[] {
  if (bytes.length === 0) return [];
  const lines: Buffer[] = [];
  for (let from = 0; ; ) {
    const end = bytes.indexOf(LINE_BREAK, from);
    if (end < 0) {
      lines.push(bytes.subarray(from));
      return lines;
    }
    lines.push(bytes.subarray(from, end));
    from = end + 1;
  }
}

/**
 * Reads the id and the writer off a record without parsing it, where it begins and ends as our encoders write it; else
 * by parsing. Undefined when it is no JSON object with an id.
 */
export function readLine(bytes: Buffer): LineHead | undefined {
  const begin = bytes.toString('latin1', 0, BEGIN.length + LONGEST_ID + 1);
  const end = begin.indexOf('"', BEGIN.length);
  if (end > 0 && begin.startsWith(BEGIN)) {
    const tail = bytes.toString('latin1', Math.max(0, bytes.length - END_ADAPTER.length));
    const isFromGateway = tail.endsWith(END_GATEWAY);
    const id = begin.slice(BEGIN.length, end);
    if ((isFromGateway || tail === END_ADAPTER) && PLAIN_ID.test(id))
      return { bytes, id, isFromGateway };
  }
  return parseLine(bytes);
}

function parseLine(bytes: Buffer): LineHead | undefined {
  const parsed = parseJson(bytes.toString('utf8'));
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
  if (!('id' in parsed) || typeof parsed.id !== 'string') return undefined;
  const { id } = parsed;
  if (id.length === 0 || id.length > LONGEST_ID || id.includes('\\')) return undefined;
  const isFromGateway = !('recordedBy' in parsed) || parsed.recordedBy !== 'provider-adapter';
  return { bytes: Buffer.from(JSON.stringify(parsed)), id, isFromGateway };
}

/** Undefined for what does not parse. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Ids of ours; any other goes through the parser. */
const PLAIN_ID = /^[a-z0-9_-]+$/;
