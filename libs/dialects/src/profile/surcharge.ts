type Fields = Readonly<Record<string, unknown>>;

/** OpenAI's and Google's `priority`, Groq's `performance`: answered sooner, at up to twice the price. */
const DEARER_TIER = /priority|performance/i;

/**
 * The field by which a request asks for a service that costs more than the model's price, such as OpenAI's priority
 * processing (platform.openai.com/docs/guides/priority-processing), Claude's fast mode or inference in one country
 * (platform.claude.com/docs/en/about-claude/pricing, 2026-11); null where none does. No catalogue knows those prices.
 */
export function surchargeAsked(body: Fields): string | null {
  for (const name of ['service_tier', 'serviceTier']) {
    const tier = body[name];
    if (typeof tier === 'string' && DEARER_TIER.test(tier)) return name;
  }
  if (body['speed'] === 'fast') return 'speed';
  const place = body['inference_geo'];
  return typeof place === 'string' && place !== 'global' ? 'inference_geo' : null;
}
