/** The prompt as the one message of a chat; every other field as it is. */
export function chatOfPrompt(
  fields: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { prompt, ...rest } = fields;
  return { ...rest, messages: [{ role: 'user', content: prompt }] };
}
