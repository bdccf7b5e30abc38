/**
 * Turns Google's server-sent events into the JSON array that `streamGenerateContent` gives without `alt=sse`. Each `push`
 * takes whole events (as stream decoders and `renderStreamFailure` give them); comments become white space, so that
 * heartbeats stay harmless.
 */
export class GeminiJsonArray {
  private isOpen = false;

  /** What goes to the client for these events; may be empty. */
  push(events: Uint8Array): Uint8Array {
    let text = '';
    for (const event of Buffer.from(events)
      .toString()
      .split(/\r\n\r\n|\n\n|\r\r/)) {
      const data = dataOf(event);
      if (data !== null) {
        text += `${this.isOpen ? ',\r\n' : '['}${data}`;
        this.isOpen = true;
      } else if (event !== '') text += this.isOpen ? '\r\n' : '';
    }
    return Buffer.from(text);
  }

  /** What ends the array. */
  end(): Uint8Array {
    return Buffer.from(this.isOpen ? '\r\n]' : '[]');
  }
}

/** The `data` lines of one event, joined; null when it has none. */
function dataOf(event: string): string | null {
  const lines = event.split(/\r\n|\n|\r/).filter((line) => line.startsWith('data:'));
  return lines.length === 0
    ? null
    : lines.map((line) => line.slice(5).replace(/^ /, '')).join('\n');
}
