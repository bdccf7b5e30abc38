const HEAD_BYTES = 44;
const BYTES_PER_SAMPLE = 2;

/** What stands for a length that is not known yet, as OpenAI's own voices write it. */
const UNKNOWN = 0xffff_ffff;

/**
 * A WAV file of such samples.
 * @param samples 16 bit, little-endian, mono
 * @param rate samples a second
 */
export function waveFile(samples: Buffer, rate: number): Buffer {
  return Buffer.concat([waveHead(rate, samples.length), samples]);
}

/**
 * What stands before the samples.
 * @param bytes of the samples; left out where they are still to come
 */
export function waveHead(rate: number, bytes?: number): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(bytes === undefined ? UNKNOWN : HEAD_BYTES - 8 + bytes, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * BYTES_PER_SAMPLE, 28);
  head.writeUInt16LE(BYTES_PER_SAMPLE, 32);
  head.writeUInt16LE(BYTES_PER_SAMPLE * 8, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(bytes ?? UNKNOWN, 40);
  return head;
}
