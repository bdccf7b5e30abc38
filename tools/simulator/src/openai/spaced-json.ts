/** JSON with a space between its tokens, so that it streams in words (JSON text never holds a raw line feed). */
export function spacedJson(value: unknown): string {
  return JSON.stringify(value, null, 1).replace(/\n */g, ' ');
}
