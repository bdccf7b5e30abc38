/** Splits text into words, each with the space that follows it: joined, they are the text again. */
export function wordsOf(text: string): string[] {
  const words = text.match(/\S+\s*/g);
  if (words === null) return text === '' ? [] : [text];
  const leading = text.length - text.trimStart().length;
  words[0] = text.slice(0, leading) + (words[0] ?? '');
  return words;
}

/** Exactly `count` words, from the start again where there are too few; a space stands between any two. */
export function repeatWords(words: readonly string[], count: number): string[] {
  const trimmed = words.map((word) => word.trimEnd());
  const result: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const word = index < words.length - 1 ? words[index] : `${trimmed[index % words.length]} `;
    result.push(word ?? '');
  }
  const last = result.at(-1);
  if (last !== undefined) result[count - 1] = last.trimEnd();
  return result;
}
