/** A request for a text read aloud, whoever speaks. A field that is undefined was not named. */
export interface SpeechRequest {
  readonly text: string;
  readonly voice?: string;
  /** How it is to be read. */
  readonly instructions?: string;
  /** OpenAI's names: `mp3`, `opus`, `aac`, `flac`, `wav`, `pcm` (24 kHz, 16 bit, little-endian, mono). */
  readonly format?: string;
  /** 1 is as usual. */
  readonly speed?: number;
  /** Fields of the client's that have no neutral meaning, by the client's names. */
  readonly others: Readonly<Record<string, unknown>>;
}

export interface SpeechAnswer {
  readonly audio: Uint8Array;
  readonly mediaType: string;
}
