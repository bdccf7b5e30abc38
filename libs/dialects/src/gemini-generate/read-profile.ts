import { fail, failure, type Failure, type Result, succeed } from '@tollgate/contracts';
import { isAbsent, isObject, NO_METADATA } from '../chat/fields.ts';
import type { RequestTarget } from '../dialect.ts';
import { geminiHostedCalls } from '../profile/hosted-tools.ts';
import { addedPromptTokens, countInputTokens, type Media } from '../profile/input-tokens.ts';
import { CAPABILITY_BIT, capabilitiesOf, type RequestProfile } from '../profile/request-profile.ts';
import { surchargeAsked } from '../profile/surcharge.ts';
import { inCamelCase } from './field-names.ts';

const MAX_CHOICES = 128;
const MAX_OUTPUT_TOKENS = 100_000_000;

type Fields = Readonly<Record<string, unknown>>;

/** Validates what Tollgate acts on and reads the profile off it; every other field is the provider's matter. */
export function readProfile(
  body: Fields,
  bodyBytes: number,
  target: RequestTarget | undefined,
): Result<RequestProfile, Failure> {
  const { contents, tools } = body;
  const config = body['generationConfig'] ?? body['generation_config'];
  if (!Array.isArray(contents) || contents.length === 0)
    return invalid('contents', '"contents" must be a non-empty array.');
  if (!isAbsent(tools) && !(Array.isArray(tools) && tools.every(isObject)))
    return invalid('tools', '"tools" must be an array of objects.');
  if (!isAbsent(config) && !isObject(config))
    return invalid('generationConfig', '"generationConfig" must be an object.');
  const settings = isObject(config) ? inCamelCase(config) : {};
  const outputCap = settings['maxOutputTokens'] ?? null;
  if (outputCap !== null && !isWhole(outputCap, MAX_OUTPUT_TOKENS))
    return invalidNumber('generationConfig.maxOutputTokens', MAX_OUTPUT_TOKENS);
  const choices = settings['candidateCount'] ?? null;
  if (choices !== null && !isWhole(choices, MAX_CHOICES))
    return invalidNumber('generationConfig.candidateCount', MAX_CHOICES);

  const reader = new PartReader();
  if (!isAbsent(body['cachedContent'] ?? body['cached_content'])) reader.readStored();
  for (const [index, content] of contents.entries()) {
    const problem = reader.readContent(content, `contents[${index}]`);
    if (problem !== null) return invalid(problem, `"${problem}" is not a content with parts.`);
  }
  const bits = reader.bits | bitsOf(tools, settings);
  const { estimate, bound } = countInputTokens(bodyBytes, reader.hasMedia ? reader.media : null);
  return succeed({
    operation: 'chat',
    modelAsked: target?.model ?? null,
    capabilities: capabilitiesOf(bits),
    capabilityBits: bits,
    responseProfile: null,
    stream: target?.stream ?? false,
    usageAsked: true,
    inputTokensEstimate: estimate,
    inputTokensBound: bound + addedPromptTokens(bits),
    outputCap,
    choices: choices ?? 1,
    outputBound: null,
    hostedToolCalls: geminiHostedCalls(body),
    surcharge: surchargeAsked(body),
    metadata: NO_METADATA,
    endUser: null,
  });
}

function isWhole(value: unknown, highest: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= highest;
}

function bitsOf(tools: unknown, settings: Fields): number {
  let bits = 0;
  if (Array.isArray(tools) && tools.length > 0) bits |= CAPABILITY_BIT.tools;
  if (!isAbsent(settings['responseSchema']) || !isAbsent(settings['responseJsonSchema']))
    bits |= CAPABILITY_BIT.json_schema;
  if (wantsThinking(settings['thinkingConfig'])) bits |= CAPABILITY_BIT.reasoning;
  const { responseModalities } = settings;
  if (Array.isArray(responseModalities) && responseModalities.includes('AUDIO'))
    bits |= CAPABILITY_BIT.audio;
  return bits;
}

function wantsThinking(config: unknown): boolean {
  if (!isObject(config)) return false;
  const { thinkingBudget, thinkingLevel, includeThoughts } = config;
  return (
    (typeof thinkingBudget === 'number' && thinkingBudget !== 0) ||
    typeof thinkingLevel === 'string' ||
    includeThoughts === true
  );
}

class PartReader {
  readonly media: Media = {
    mediaChars: 0,
    images: 0,
    lowDetailImages: 0,
    audioChars: 0,
    documentChars: 0,
    remoteDocuments: 0,
  };
  bits = 0;
  hasMedia = false;

  /** What stands at Google may be of any size, as a document by id may. */
  readStored(): void {
    this.hasMedia = true;
    this.media.remoteDocuments++;
  }

  /** Answers the place that is at fault, or null. */
  readContent(content: unknown, place: string): string | null {
    if (!isObject(content)) return place;
    const { parts } = content;
    if (isAbsent(parts)) return null;
    if (isObject(parts)) this.readPart(parts);
    else if (Array.isArray(parts) && parts.every(isObject))
      for (const part of parts) this.readPart(part);
    else return `${place}.parts`;
    return null;
  }

  private readPart(part: Fields): void {
    const blob = part['inlineData'] ?? part['inline_data'];
    const file = part['fileData'] ?? part['file_data'];
    const result = part['functionResponse'] ?? part['function_response'];
    if (isObject(blob)) this.note(blob, typeof blob['data'] === 'string' ? blob['data'].length : 0);
    else if (isObject(file)) this.note(file, null);
    else if (isObject(result) && Array.isArray(result['parts']))
      for (const inner of result['parts']) if (isObject(inner)) this.readPart(inner);
  }

  /** @param chars of base64; null for a file elsewhere */
  private note(source: Fields, chars: number | null): void {
    const { media } = this;
    const type = source['mimeType'] ?? source['mime_type'];
    const kind = typeof type === 'string' ? type.split('/')[0] : '';
    this.hasMedia = true;
    media.mediaChars += chars ?? 0;
    if (kind === 'image') {
      this.bits |= CAPABILITY_BIT.vision;
      media.images++;
    } else if (kind === 'audio') {
      this.bits |= CAPABILITY_BIT.audio;
      if (chars === null) media.remoteDocuments++;
      else media.audioChars += chars;
    } else {
      if (kind === 'video') this.bits |= CAPABILITY_BIT.video;
      else if (kind !== 'text') this.bits |= CAPABILITY_BIT.documents;
      if (chars === null) media.remoteDocuments++;
      else media.documentChars += chars;
    }
  }
}

function invalidNumber(param: string, highest: number): Result<never, Failure> {
  return invalid(param, `"${param}" must be a whole number from 1 to ${highest}.`);
}

function invalid(param: string, message: string): Result<never, Failure> {
  return fail(failure('request.validation_error', { param, message }));
}
