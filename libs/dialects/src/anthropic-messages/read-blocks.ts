import { isObject } from '../chat/fields.ts';
import type { Media } from '../profile/input-tokens.ts';
import { CAPABILITY_BIT } from '../profile/request-profile.ts';

/** Finds what is not text in Anthropic's content blocks, also inside tool results. */
export class BlockSurvey {
  capabilityBits = 0;
  private found: Media | null = null;

  /** Null when all is text. */
  get media(): Media | null {
    return this.found;
  }

  /** A block of an unknown type is the provider's matter. */
  read(block: unknown): void {
    if (!isObject(block)) return;
    const { type, source, content } = block;
    if (type === 'image') this.readImage(source);
    else if (type === 'document') this.readDocument(source);
    if (Array.isArray(content)) for (const inner of content) this.read(inner);
  }

  private readImage(source: unknown): void {
    this.capabilityBits |= CAPABILITY_BIT.vision;
    const media = this.openMedia();
    media.images++;
    media.mediaChars += dataLength(source);
  }

  private readDocument(source: unknown): void {
    this.capabilityBits |= CAPABILITY_BIT.documents;
    if (!isObject(source) || source['type'] === 'url' || source['type'] === 'file') {
      this.openMedia().remoteDocuments++;
      return;
    }
    if (Array.isArray(source['content'])) for (const inner of source['content']) this.read(inner);
    if (source['type'] !== 'base64') return;
    const media = this.openMedia();
    const length = dataLength(source);
    media.mediaChars += length;
    media.documentChars += length;
  }

  private openMedia(): Media {
    return (this.found ??= {
      mediaChars: 0,
      images: 0,
      lowDetailImages: 0,
      audioChars: 0,
      documentChars: 0,
      remoteDocuments: 0,
    });
  }
}

function dataLength(source: unknown): number {
  return isObject(source) && source['type'] === 'base64' && typeof source['data'] === 'string'
    ? source['data'].length
    : 0;
}
