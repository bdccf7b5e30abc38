import { scanTopLevel } from '@tollgate/dialects';
import { isRecord, parseSaid } from './json-value.ts';

/** Above this size an answer's nesting is checked before it is parsed. */
const LARGE = 256 * 1024;
const MAX_DEPTH = 256;

/** The JSON object that a whole answer is; undefined for anything else, and for what is nested absurdly deep. */
export function parseAnswer(body: Buffer): Readonly<Record<string, unknown>> | undefined {
  const isSafe = body.length <= LARGE || scanTopLevel(body, { maxDepth: MAX_DEPTH }).ok;
  const answer = isSafe ? parseSaid(body.toString()) : undefined;
  return isRecord(answer) ? answer : undefined;
}
