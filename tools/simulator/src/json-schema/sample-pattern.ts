/** Thrown for a pattern that uses more than literals, classes, groups, `|` and quantifiers. */
export class UnsupportedPattern extends Error {}

const classes: Readonly<Record<string, string>> = {
  d: '7',
  w: 'a',
  s: ' ',
  D: 'x',
  W: '-',
  S: 'a',
};
const controls: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };
const mostRepeats = 1_000;
const deepestGroup = 32;

/** The shortest text that an ordinary regular expression matches, choosing the first alternative everywhere. */
export function samplePattern(pattern: string): string {
  const cursor: Cursor = { pattern, at: 0 };
  const text = alternatives(cursor, 0);
  if (cursor.at < pattern.length) throw new UnsupportedPattern(pattern);
  return text;
}

interface Cursor {
  readonly pattern: string;
  at: number;
}

function alternatives(cursor: Cursor, depth: number): string {
  if (depth > deepestGroup) throw new UnsupportedPattern(cursor.pattern);
  const first = sequence(cursor, depth);
  while (cursor.pattern[cursor.at] === '|') {
    cursor.at += 1;
    sequence(cursor, depth);
  }
  return first;
}

function sequence(cursor: Cursor, depth: number): string {
  let text = '';
  while (cursor.at < cursor.pattern.length) {
    const next = cursor.pattern[cursor.at];
    if (next === '|' || next === ')') break;
    const piece = atom(cursor, depth);
    text += piece.repeat(leastRepeats(cursor));
  }
  return text;
}

function atom(cursor: Cursor, depth: number): string {
  const character = cursor.pattern[cursor.at] ?? '';
  cursor.at += 1;
  switch (character) {
    case '^':
    case '$':
      return '';
    case '.':
      return 'a';
    case '\\':
      return escaped(cursor);
    case '[':
      return characterClass(cursor);
    case '(':
      return group(cursor, depth);
    case '*':
    case '+':
    case '?':
    case '{':
      throw new UnsupportedPattern(cursor.pattern);
    default:
      return character;
  }
}

function escaped(cursor: Cursor): string {
  const character = cursor.pattern[cursor.at] ?? '';
  cursor.at += 1;
  if (character === 'b' || character === 'B') return '';
  const known = classes[character] ?? controls[character];
  if (known !== undefined) return known;
  if (/[A-Za-z0-9]/.test(character) || character === '') {
    throw new UnsupportedPattern(cursor.pattern);
  }
  return character;
}

function group(cursor: Cursor, depth: number): string {
  if (cursor.pattern[cursor.at] === '?') {
    const opening = /^\?(?::|<[A-Za-z]\w{0,99}>)/.exec(cursor.pattern.slice(cursor.at));
    if (opening === null) throw new UnsupportedPattern(cursor.pattern);
    cursor.at += opening[0].length;
  }
  const text = alternatives(cursor, depth + 1);
  if (cursor.pattern[cursor.at] !== ')') throw new UnsupportedPattern(cursor.pattern);
  cursor.at += 1;
  return text;
}

function characterClass(cursor: Cursor): string {
  const end = closingBracket(cursor);
  const content = cursor.pattern.slice(cursor.at, end);
  cursor.at = end + 1;
  if (content.startsWith('^')) return outside(content);
  if (content.startsWith('\\')) return escaped({ pattern: content, at: 1 });
  return content.slice(0, 1);
}

function closingBracket(cursor: Cursor): number {
  for (let at = cursor.at; at < cursor.pattern.length; at += 1) {
    if (cursor.pattern[at] === '\\') at += 1;
    else if (cursor.pattern[at] === ']' && at > cursor.at) return at;
  }
  throw new UnsupportedPattern(cursor.pattern);
}

function outside(content: string): string {
  const excluded = new RegExp(`[${content}]`);
  for (const candidate of ['a', 'A', '7', '-', '_', ' ', '~']) {
    if (excluded.test(candidate)) return candidate;
  }
  throw new UnsupportedPattern(content);
}

/** Reads the quantifier at the cursor, if any: `?` and `*` are none, `+` is one, `{n,m}` is n. */
function leastRepeats(cursor: Cursor): number {
  const found = /^(?:[?*+]|\{(\d{1,9})(?:,\d{0,9})?\})\??/.exec(
    cursor.pattern.slice(cursor.at, cursor.at + 24),
  );
  if (found === null) return 1;
  cursor.at += found[0].length;
  if (found[1] === undefined) return found[0].startsWith('+') ? 1 : 0;
  const least = Number(found[1]);
  if (least > mostRepeats) throw new UnsupportedPattern(cursor.pattern);
  return least;
}
