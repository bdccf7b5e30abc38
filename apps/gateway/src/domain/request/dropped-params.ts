/** Whatever else stands in a field's name could end the header or the list. */
const UNSAFE = /[^\w.[\]$-]/g;
const LONGEST_NAME = 128;
const LONGEST_LIST = 4_096;

/** The value of `x-tollgate-dropped-params`; says how many names more there are when they are too many to stand there. */
export function showDroppedParams(names: readonly string[]): string {
  const shown: string[] = [];
  let length = 0;
  for (const name of names) {
    const safe = name.slice(0, LONGEST_NAME).replace(UNSAFE, '_');
    length += safe.length + 1;
    if (length > LONGEST_LIST) return [...shown, `+${names.length - shown.length}`].join(',');
    shown.push(safe);
  }
  return shown.join(',');
}
