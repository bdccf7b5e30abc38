/** One event of OpenAI's operations beside chat: its type stands in the JSON, as OpenAI's SDKs read it. */
export function serverSentEvent(json: Readonly<Record<string, unknown>>): Uint8Array {
  return Buffer.from(`data: ${JSON.stringify(json)}\n\n`);
}
