import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  anthropicMessages,
  type Dialect,
  geminiGenerate,
  openaiChat,
  openaiCompletions,
  openaiResponses,
} from '@tollgate/dialects';
import { recordingsFolder } from './support/recorded.ts';

const folder = recordingsFolder();
if (!folder) process.stderr.write('skipped: the recordings are not there (../shared/recordings)\n');

const DIALECTS: Readonly<Record<string, Dialect>> = {
  'chat/completions': openaiChat,
  completions: openaiCompletions,
  responses: openaiResponses,
  messages: anthropicMessages,
  generateContent: geminiGenerate,
  streamGenerateContent: geminiGenerate,
};

/** Each file, and where its usage stands: what is added up to input, and to output. */
const USAGE: Readonly<
  Record<string, readonly [input: readonly string[], output: readonly string[]]>
> = {
  ...Object.fromEntries(
    ['openai', 'azure', 'groq', 'mistral', 'deepseek', 'openrouter', 'ollama'].map((file) => [
      file,
      [['(?:prompt|input)_tokens'], ['(?:completion|output)_tokens']],
    ]),
  ),
  xai: [['(?:prompt|input)_tokens'], ['(?:completion|output)_tokens']],
  anthropic: [
    ['input_tokens', 'cache_creation_input_tokens', 'cache_read_input_tokens'],
    ['output_tokens'],
  ],
  gemini: [
    ['promptTokenCount', 'toolUsePromptTokenCount'],
    ['candidatesTokenCount', 'thoughtsTokenCount'],
  ],
};

/** xAI puts a prompt before each request; the gateway reserves it by the candidate's provider. */
const PROMPT_OF_XAI = 512;
/** Models whose operators gave them a prompt of their own: one behind OpenRouter, which is free, and one at Ollama. */
const OWN_PROMPT: ReadonlySet<unknown> = new Set([
  'meta-llama/llama-3.2-3b-instruct:free',
  'deepseek-r1:latest',
]);

interface Exchange {
  readonly endpoint: string;
  readonly status: number;
  readonly reqJson?: Readonly<Record<string, unknown>>;
  readonly respText?: string;
}

(folder ? describe : describe.skip)('recorded calls', () => {
  it.each(Object.entries(USAGE))(
    'use no more than their profiles allow: %s',
    (file, [inputNames, outputNames]) => {
      let compared = 0;
      const beyond: unknown[] = [];
      for (const { reqJson, respText, endpoint } of exchanges(file)) {
        const dialect = DIALECTS[endpoint];
        if (!dialect || !reqJson || !respText) continue;
        const body = Buffer.from(JSON.stringify(reqJson));
        const parsed = dialect.parse(body, { model: 'm', stream: false });
        if (!parsed.ok) continue;
        const { inputTokensBound, outputCap, choices, hostedToolCalls } = parsed.value.profile;
        // What these read is bounded by the model's context window alone.
        if (hostedToolCalls !== 0 || OWN_PROMPT.has(reqJson['model'])) continue;
        const input = most(respText, inputNames);
        const output = most(respText, outputNames);
        const bound = inputTokensBound + (file === 'xai' ? PROMPT_OF_XAI : 0);
        compared++;
        if (input > bound || (outputCap !== null && output > outputCap * choices))
          beyond.push({ endpoint, model: reqJson['model'], input, bound, output, outputCap });
      }
      process.stdout.write(`${file}: ${compared} calls within their bounds\n`);
      expect(beyond).toEqual([]);
      expect(compared).toBeGreaterThan(10);
    },
  );
});

function exchanges(file: string): readonly Exchange[] {
  return readFileSync(path.join(folder ?? '', `${file}.jsonl`), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Exchange => JSON.parse(line))
    .filter(({ status }) => status === 200);
}

/** The sum over the names of the most that is reported under each: streams count up. */
function most(text: string, names: readonly string[]): number {
  return names.reduce((sum, name) => {
    const counts = [...text.matchAll(new RegExp(`"${name}": ?(\\d+)`, 'g'))];
    return sum + Math.max(0, ...counts.map(([, count]) => Number(count)));
  }, 0);
}
