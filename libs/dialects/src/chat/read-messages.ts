import type { Media } from '../profile/input-tokens.ts';
import { CAPABILITY_BIT } from '../profile/request-profile.ts';
import { isObject } from './fields.ts';

export type MessagesReading =
  | { readonly ok: true; readonly media: Media | null; readonly capabilityBits: number }
  | { readonly ok: false; readonly param: string; readonly message: string };

const TEXT_ONLY: MessagesReading = { ok: true, media: null, capabilityBits: 0 };

/** Checks that `messages` is what every provider needs, and finds the parts that are not text. */
export function readMessages(messages: unknown): MessagesReading {
  if (!Array.isArray(messages) || messages.length === 0) {
    return refuse('messages', '"messages" must be a non-empty array.');
  }
  let parts: PartReader | null = null;
  for (let i = 0; i < messages.length; i++) {
    const message: unknown = messages[i];
    if (!isObject(message)) return refuse(`messages[${i}]`, `"messages[${i}]" must be an object.`);
    if (typeof message['role'] !== 'string' || message['role'] === '') {
      return refuse(`messages[${i}].role`, `"messages[${i}].role" must be a non-empty string.`);
    }
    const { content } = message;
    if (typeof content === 'string' || content === undefined || content === null) continue;
    if (!Array.isArray(content)) {
      return refuse(
        `messages[${i}].content`,
        `"messages[${i}].content" must be a string or an array of parts.`,
      );
    }
    parts ??= new PartReader();
    for (const part of content) parts.read(part);
  }
  return parts === null
    ? TEXT_ONLY
    : { ok: true, media: parts.media, capabilityBits: parts.capabilityBits };
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
  capabilityBits = 0;

  /** A part of an unknown type is the provider's matter. */
  read(part: unknown): void {
    if (!isObject(part)) return;
    if (part['type'] === 'image_url') this.readImage(part['image_url']);
    else if (part['type'] === 'input_audio') this.readAudio(part['input_audio']);
    else if (part['type'] === 'file') this.readFile(part['file']);
    else if (part['type'] === 'document_url') this.readFile(undefined);
    else if (part['type'] === 'video_url') this.readVideo(part['video_url']);
  }

  private readImage(image: unknown): void {
    this.capabilityBits |= CAPABILITY_BIT.vision;
    this.media.images++;
    const url = isObject(image) ? image['url'] : image;
    if (isObject(image) && image['detail'] === 'low') this.media.lowDetailImages++;
    if (typeof url === 'string' && url.startsWith('data:')) this.media.mediaChars += url.length;
  }

  private readAudio(audio: unknown): void {
    this.capabilityBits |= CAPABILITY_BIT.audio;
    const data = isObject(audio) ? audio['data'] : undefined;
    if (typeof data !== 'string') return;
    this.media.mediaChars += data.length;
    this.media.audioChars += data.length;
  }

  /** Bounded as a document is: by what is embedded, or by any size. */
  private readVideo(video: unknown): void {
    this.capabilityBits |= CAPABILITY_BIT.video;
    const url = isObject(video) ? video['url'] : video;
    if (typeof url !== 'string' || !url.startsWith('data:')) {
      this.media.remoteDocuments++;
      return;
    }
    this.media.mediaChars += url.length;
    this.media.documentChars += url.length;
  }

  private readFile(file: unknown): void {
    this.capabilityBits |= CAPABILITY_BIT.documents;
    const data = isObject(file) ? file['file_data'] : undefined;
    if (typeof data !== 'string') {
      this.media.remoteDocuments++;
      return;
    }
    this.media.mediaChars += data.length;
    this.media.documentChars += data.length;
  }
}

function refuse(param: string, message: string): MessagesReading {
  return { ok: false, param, message };
}
