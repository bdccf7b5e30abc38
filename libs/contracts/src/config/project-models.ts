import { z } from 'zod';
import { providerSlug } from '../vocabulary.ts';

/** The models that `GET /v1/models` shows to the keys of a project. */
export const projectModels = z.object({
  projectId: z.string(),
  models: z.array(
    z.object({
      name: z.string(),
      provider: providerSlug,
      connectionName: z.string(),
      /** Milliseconds since the epoch. */
      createdAt: z.number(),
    }),
  ),
  routes: z.array(z.object({ name: z.string(), createdAt: z.number() })),
});
export type ProjectModels = z.infer<typeof projectModels>;
