import { access, capability, lossPolicy, priceOverride, providerSlug } from '@tollgate/contracts';
import { z } from 'zod';
import type { AiProviderRow } from '../domain/rows.ts';
import { nameWithoutSlash, resourceView, showRow } from '../http/fields.ts';
import { price } from '../http/price.ts';

const MAX_MODELS = 1_000;
const MAX_CONFIG_CHARS = 16_384;

const modelName = z.string().min(1).max(200);
const tokens = z.number().int().positive();

const model = z
  .strictObject({
    name: modelName,
    capabilities: z.array(capability).nullable().optional(),
    contextWindow: tokens.nullable().optional(),
    maxOutputTokens: tokens.nullable().optional(),
    price: price.nullable().optional(),
  })
  .transform((given) => ({
    name: given.name,
    capabilities: given.capabilities ?? null,
    contextWindow: given.contextWindow ?? null,
    maxOutputTokens: given.maxOutputTokens ?? null,
    price: given.price ?? null,
  }));

const models = z
  .array(model)
  .max(MAX_MODELS)
  .refine((list) => new Set(list.map((one) => one.name)).size === list.length, {
    error: 'must name each model once',
  });

const baseUrl = z
  .string()
  .max(500)
  .refine(isPlainHttpUrl, { error: 'must be an http or https URL without credentials or query' });

/** What each vendor needs stands beside these; the provider-adapter checks it when it connects. */
const config = z
  .looseObject({
    lossPolicy: lossPolicy.optional().meta({
      default: 'lenient',
      description:
        'What becomes of a field that the provider cannot express when the client speaks another dialect: ' +
        '`strict` refuses the request with 400, naming the field; `lenient` leaves the field out where a rule ' +
        'allows it, and names it in `x-tollgate-dropped-params` and in the record.',
    }),
  })
  .refine((value) => JSON.stringify(value).length <= MAX_CONFIG_CHARS, { error: 'is too large' });

/** What a connection says beside its project and its secret. */
export const aiProviderFields = {
  name: nameWithoutSlash,
  provider: providerSlug,
  defaultModel: modelName.nullable().optional(),
  baseUrl: baseUrl.nullable().optional(),
  config: config.nullable().optional(),
  access: access.optional().meta({
    description:
      "`byok`: serves its own project alone. `platform`: the operator's, which the routes of every project may name, and " +
      "which is paid for from the organization's credits.",
  }),
  models: models.optional(),
  enabled: z.boolean().optional(),
};

const fields = { secretId: z.string().nullable().optional(), ...aiProviderFields };

export const createAiProviderBody = z.strictObject({ projectId: z.string(), ...fields });
export type CreateAiProvider = z.infer<typeof createAiProviderBody>;

export const patchAiProviderBody = z.strictObject(fields).partial();
export type PatchAiProvider = z.infer<typeof patchAiProviderBody>;

export const aiProviderView = resourceView
  .extend({
    projectId: z.string(),
    secretId: z.string().nullable(),
    name: z.string(),
    provider: providerSlug,
    defaultModel: z.string().nullable(),
    baseUrl: z.string().nullable(),
    config: z.record(z.string(), z.unknown()).nullable(),
    access,
    models: z.array(
      z.object({
        name: z.string(),
        capabilities: z.array(capability).nullable(),
        contextWindow: z.number().nullable(),
        maxOutputTokens: z.number().nullable(),
        price: priceOverride.nullable(),
      }),
    ),
    enabled: z.boolean(),
  })
  .meta({ id: 'AiProvider' });

export function showAiProvider(row: AiProviderRow): z.infer<typeof aiProviderView> {
  return {
    ...showRow(row),
    projectId: row.projectId,
    secretId: row.secretId,
    name: row.name,
    provider: row.provider,
    defaultModel: row.defaultModel,
    baseUrl: row.baseUrl,
    config: row.config && { ...row.config },
    access: row.access,
    models: row.models.map((one) => ({
      ...one,
      capabilities: one.capabilities && [...one.capabilities],
    })),
    enabled: row.enabled,
  };
}

function isPlainHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const isHttp = url.protocol === 'http:' || url.protocol === 'https:';
  return isHttp && !url.username && !url.password && !url.search && !url.hash;
}
