/** How long a file's bytes are as base64, which the figures for media are for. */
export function base64Chars(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}
