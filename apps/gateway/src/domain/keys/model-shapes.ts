import type { ListedModel } from './list-models.ts';

/** How a vendor's clients read models. */
export interface ModelShape {
  one(model: ListedModel): unknown;
  list(models: readonly ListedModel[]): unknown;
}

export const OPENAI_MODELS: ModelShape = {
  one: (model) => model,
  list: (data) => ({ object: 'list', data }),
};

/** All of them are one page (platform.claude.com/docs/en/api/models/list, 2026-11). */
export const ANTHROPIC_MODELS: ModelShape = {
  one: anthropicModel,
  list: (models) => ({
    data: models.map(anthropicModel),
    has_more: false,
    first_id: models[0]?.id ?? null,
    last_id: models.at(-1)?.id ?? null,
  }),
};

/** Names are the resource's, as `models/{id}` (ai.google.dev/api/models, 2026-11). */
export const GOOGLE_MODELS: ModelShape = {
  one: googleModel,
  list: (models) => ({ models: models.map(googleModel) }),
};

function anthropicModel({ id, created }: ListedModel) {
  const createdAt = new Date(created * 1_000).toISOString();
  return { type: 'model', id, display_name: id, created_at: createdAt };
}

function googleModel({ id }: ListedModel) {
  return { name: `models/${id}`, displayName: id };
}
