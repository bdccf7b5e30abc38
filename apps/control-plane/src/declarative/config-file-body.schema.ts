import { z } from 'zod';

const MAX_TEXT = 1_048_576;
const MAX_NAME = 4_096;
const MAX_VALUE = 65_536;

const values = z.record(z.string().max(MAX_NAME), z.string().max(MAX_VALUE)).default({});

/** A `tollgate.yaml` and what it refers to: the caller looks references up, never the control plane. */
export const configFileBody = z.strictObject({
  text: z.string().max(MAX_TEXT).meta({ description: 'The text of a tollgate.yaml' }),
  variables: values.meta({ description: 'Values of what fromEnv and textFromEnv name' }),
  files: values.meta({ description: 'Contents of what fromFile names, by the path as written' }),
});
export type ConfigFileBody = z.infer<typeof configFileBody>;

const resource = z.object({
  section: z.string(),
  name: z.string(),
  project: z.string().optional(),
});

export const appliedConfigView = z
  .object({
    created: z.array(resource),
    changed: z.array(resource),
    /** Texts of keys that were made, shown this once. */
    createdKeys: z.array(z.object({ project: z.string(), name: z.string(), key: z.string() })),
  })
  .meta({ id: 'AppliedConfig' });
