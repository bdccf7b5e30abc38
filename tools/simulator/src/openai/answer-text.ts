import type { Behaviour } from '../behaviours/behaviour.ts';
import { sampleValue } from '../json-schema/sample-value.ts';
import type { ChatRequest } from './chat-request.ts';
import { contentText, lastUserText } from './message-text.ts';
import { spacedJson } from './spaced-json.ts';
import { repeatWords, wordsOf } from './words.ts';

const usualWords = 40;
const mostEchoedCharacters = 120;

const filler = wordsOf(
  'A simulated model answers with words that mean little but come at the pace of a real one, ' +
    'so that what stands between it and the reader can be watched at work. ',
);

/** The text of one choice: what the behaviour says, JSON where the request asks for it, else filler of 40 words. */
export function answerText(
  request: ChatRequest,
  behaviour: Behaviour | undefined,
  choice: number,
): string {
  const count = behaviour?.outputTokens;
  if (behaviour?.text !== undefined) return sized(behaviour.text, count);
  const format = request.responseFormat;
  if (format.type === 'json_schema') return spacedJson(sampleValue(format.schema));
  if (format.type === 'json_object') return spacedJson({ answer: 'a sample', choice });
  const start = introduction(request);
  const rotated = [...filler.slice(choice % filler.length), ...filler];
  const wanted = count ?? usualWords;
  const missing = Math.max(wanted - start.length, 0);
  return [...start.slice(0, wanted), ...repeatWords(rotated, missing)].join('').trimEnd();
}

function sized(text: string, count: number | undefined): string {
  if (count === undefined) return text;
  const words = wordsOf(text);
  return words.length === 0 ? '' : repeatWords(words, count).join('');
}

/** Repeats the start of what was asked: so a test sees whether answers were mixed up. */
function introduction(request: ChatRequest): string[] {
  const last = request.messages.at(-1);
  const isToolResult = last?.role === 'tool';
  const asked = isToolResult ? contentText(last?.content) : lastUserText(request.messages);
  const echo = asked
    .slice(0, mostEchoedCharacters)
    .replace(/[\ud800-\udbff]$/, '')
    .trim();
  if (echo === '') return [];
  return wordsOf(`${isToolResult ? 'The tool says' : 'You asked'}: ${echo} — `);
}
