import { bareModelName } from './catalogue-names.ts';

/** The vendors whose models are described, whoever hosts them. */
export type Vendor = 'openai' | 'anthropic' | 'google' | 'xai' | 'mistral' | 'deepseek' | 'groq';

/** A model by its maker's name for it. */
export interface VendorModel {
  readonly vendor: Vendor;
  readonly name: string;
}

/** What stands before the slash at OpenRouter, to the vendor. */
const OPENROUTER_VENDORS: ReadonlyMap<string, Vendor> = new Map([
  ['openai', 'openai'],
  ['anthropic', 'anthropic'],
  ['google', 'google'],
  ['x-ai', 'xai'],
  ['mistralai', 'mistral'],
  ['deepseek', 'deepseek'],
]);

/** Beginnings of names that tell whose model it is where the host sells those of several vendors. */
const VENDOR_OF_BEGINNING: readonly (readonly [RegExp, Vendor])[] = [
  [/^(?:gpt-|chatgpt-|o\d|text-embedding-|omni-moderation|tts-|whisper-1|dall-e)/, 'openai'],
  [/^claude-/, 'anthropic'],
  [/^gem(?:ini|ma)-/, 'google'],
  [/^grok-/, 'xai'],
  [/^(?:mistral|ministral|magistral|codestral|pixtral)-/, 'mistral'],
  [/^deepseek-/, 'deepseek'],
];

/** `us.anthropic.claude-sonnet-4-5-20250929-v1:0`: region, vendor, model, version. */
const BEDROCK_NAME = /^(?:[a-z-]+\.)?anthropic\.(claude-.+?)(?:-v\d+(?::\d+)?)?$/;

/** Whose model a name means at a provider. Undefined: a vendor that is not described, or a deployment's free name. */
export function vendorModelOf(provider: string, model: string): VendorModel | undefined {
  const name = bareModelName(provider, model).toLowerCase();
  switch (provider) {
    case 'openai':
    case 'anthropic':
    case 'xai':
    case 'mistral':
    case 'deepseek':
    case 'groq':
      return { vendor: provider, name };
    case 'google':
    case 'azure':
      return byBeginning(name);
    case 'bedrock': {
      const claude = BEDROCK_NAME.exec(name)?.[1];
      return claude ? { vendor: 'anthropic', name: claude } : undefined;
    }
    case 'openrouter':
      return openRouterModel(name);
    default:
      return undefined;
  }
}

/** The name and the names that a snapshot of it may go by, most exact first. */
export function withoutSnapshot(name: string): readonly string[] {
  const base = name.replace(/^ft:/, '').replace(/:.*$/, '');
  const undated = base.replace(/(?:-\d{4}-\d{2}-\d{2}|[-@]20\d{6}|-00\d|-latest)$/, '');
  return [name, base, undated];
}

function byBeginning(name: string): VendorModel | undefined {
  const vendor = VENDOR_OF_BEGINNING.find(([beginning]) => beginning.test(name))?.[1];
  return vendor && { vendor, name };
}

/** OpenRouter writes versions with a dot where Anthropic writes a dash: `anthropic/claude-sonnet-4.5`. */
function openRouterModel(name: string): VendorModel | undefined {
  const slash = name.indexOf('/');
  const vendor = OPENROUTER_VENDORS.get(name.slice(0, Math.max(0, slash)));
  if (!vendor) return undefined;
  const own = name.slice(slash + 1).replace(/:.*$/, '');
  return { vendor, name: vendor === 'anthropic' ? own.replaceAll('.', '-') : own };
}
