/** Joins base64 texts of one sound, each padded for itself, into one: gives whole groups of three bytes and keeps the rest. */
export class SoundJoiner {
  private rest: Buffer = Buffer.alloc(0);

  /** More base64 of the same sound; answers what can be said of it already, without padding. */
  push(base64: string): string {
    if (this.rest.length === 0 && base64.length % 4 === 0 && !base64.endsWith('=')) return base64;
    const bytes = Buffer.concat([this.rest, Buffer.from(base64, 'base64')]);
    const whole = bytes.length - (bytes.length % 3);
    this.rest = bytes.subarray(whole);
    return bytes.toString('base64', 0, whole);
  }

  /** What is left. */
  end(): string {
    const { rest } = this;
    this.rest = Buffer.alloc(0);
    return rest.toString('base64');
  }
}
