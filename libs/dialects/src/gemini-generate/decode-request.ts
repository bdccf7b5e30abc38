import { type Failure, type Result, succeed } from '@tollgate/contracts';
import type { Conversation } from '@tollgate/neutral';
import { isAbsent, isObject } from '../chat/fields.ts';
import { decodeConfig } from './decode-config.ts';
import { decodeContents, decodeSystem } from './decode-contents.ts';
import { decodeToolConfig, decodeTools } from './decode-tools.ts';
import { inCamelCase } from './field-names.ts';

/** The body of `generateContent`; the model is the URL's. */
export function decodeRequest(
  fields: Readonly<Record<string, unknown>>,
): Result<Conversation, Failure> {
  const {
    contents,
    systemInstruction,
    tools: rawTools,
    toolConfig,
    generationConfig,
    serviceTier,
    ...rest
  } = inCamelCase(fields);
  const { tools, extras } = decodeTools(rawTools);
  const { toolChoice, others: toolOthers } = decodeToolConfig(toolConfig);
  const { others: configOthers, ...settings } = decodeConfig(
    isObject(generationConfig) ? generationConfig : {},
  );
  const named = Object.entries(rest).filter(
    ([name, value]) => name !== 'model' && !isAbsent(value),
  );
  return succeed({
    ...settings,
    messages: [...decodeSystem(systemInstruction), ...decodeContents(contents)],
    ...(isAbsent(rawTools) ? {} : { tools }),
    ...(toolChoice ? { toolChoice } : {}),
    ...(typeof serviceTier === 'string' ? { serviceTier } : {}),
    others: {
      ...Object.fromEntries(named),
      ...toolOthers,
      ...configOthers,
      ...(Object.keys(extras).length > 0 ? { functionDeclarations: extras } : {}),
    },
    origin: 'gemini',
  });
}
