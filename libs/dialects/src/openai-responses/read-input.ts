import { isAbsent, isObject } from '../chat/fields.ts';
import type { Media } from '../profile/input-tokens.ts';
import { CAPABILITY_BIT } from '../profile/request-profile.ts';

export type InputReading =
  | { readonly ok: true; readonly media: Media | null; readonly capabilityBits: number }
  | { readonly ok: false; readonly param: string; readonly message: string };

/** Fields that stand for a conversation, or a part of it, that one provider keeps. */
export const STATE_FIELDS = ['previous_response_id', 'conversation', 'prompt'] as const;

/** Checks that `input` is what every provider needs, and finds what is not text. */
export function readInput(body: Readonly<Record<string, unknown>>): InputReading {
  const { input } = body;
  const reader = new ItemReader();
  for (const field of STATE_FIELDS) if (!isAbsent(body[field])) reader.readStored();
  if (isAbsent(input) && reader.hasMedia) return reader.result();
  if (typeof input === 'string') return reader.result();
  if (!Array.isArray(input) || input.length === 0)
    return refuse('input', '"input" must be a string or a non-empty array of items.');
  for (const [i, item] of input.entries()) {
    if (!isObject(item)) return refuse(`input[${i}]`, `"input[${i}]" must be an object.`);
    reader.readItem(item);
  }
  return reader.result();
}

class ItemReader {
  hasMedia = false;
  private capabilityBits = 0;
  private readonly media: Media = {
    mediaChars: 0,
    images: 0,
    lowDetailImages: 0,
    audioChars: 0,
    documentChars: 0,
    remoteDocuments: 0,
  };

  result(): InputReading {
    const { capabilityBits } = this;
    return { ok: true, media: this.hasMedia ? this.media : null, capabilityBits };
  }

  /** What stands at the provider may be of any size, as a document by id may. */
  readStored(): void {
    this.hasMedia = true;
    this.media.remoteDocuments++;
  }

  readItem(item: Readonly<Record<string, unknown>>): void {
    if (item.type === 'item_reference') this.readStored();
    for (const parts of [item.content, item.output])
      if (Array.isArray(parts)) for (const part of parts) this.readPart(part);
  }

  /** A part of an unknown type is the provider's matter. */
  private readPart(part: unknown): void {
    if (!isObject(part)) return;
    if (part.type === 'input_image') this.readImage(part);
    else if (part.type === 'input_audio') this.readAudio(part.input_audio);
    else if (part.type === 'input_file') this.readFile(part);
  }

  private readImage({ image_url: url, detail }: Readonly<Record<string, unknown>>): void {
    this.capabilityBits |= CAPABILITY_BIT.vision;
    this.hasMedia = true;
    this.media.images++;
    if (detail === 'low') this.media.lowDetailImages++;
    if (typeof url === 'string' && url.startsWith('data:')) this.media.mediaChars += url.length;
  }

  private readAudio(audio: unknown): void {
    this.capabilityBits |= CAPABILITY_BIT.audio;
    this.hasMedia = true;
    const data = isObject(audio) ? audio.data : undefined;
    if (typeof data !== 'string') return;
    this.media.mediaChars += data.length;
    this.media.audioChars += data.length;
  }

  private readFile({ file_data: data }: Readonly<Record<string, unknown>>): void {
    this.capabilityBits |= CAPABILITY_BIT.documents;
    if (typeof data !== 'string') return this.readStored();
    this.hasMedia = true;
    this.media.mediaChars += data.length;
    this.media.documentChars += data.length;
  }
}

function refuse(param: string, message: string): InputReading {
  return { ok: false, param, message };
}
