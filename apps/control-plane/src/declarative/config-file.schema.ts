import { z } from 'zod';
import { aiProviderFields } from '../ai-providers/ai-provider.schema.ts';
import { createCreditBody } from '../credits/credit.schema.ts';
import { currencyCode, usdPerUnit } from '../exchange-rates/exchange-rate.schema.ts';
import { name } from '../http/fields.ts';
import { camelCaseKeyFields, keyFields } from '../keys/key.schema.ts';
import { createOrganizationBody } from '../organizations/organization.schema.ts';
import { projectFields } from '../projects/project.schema.ts';
import { definitionFields, MAX_TARGETS, targetFields } from '../routes/route.schema.ts';
import { webhookFields } from '../webhooks/webhook.schema.ts';

/** By name, or by `organization/project` where two organizations have one of that name. */
const project = z.string().min(1);

const declaredSecret = z
  .strictObject({
    project,
    name,
    fromEnv: z.string().min(1).optional(),
    fromFile: z.string().min(1).optional(),
  })
  .refine((secret) => (secret.fromEnv === undefined) !== (secret.fromFile === undefined), {
    error: 'needs either fromEnv or fromFile; a value never stands in this file',
  });
export type DeclaredSecret = z.infer<typeof declaredSecret>;

const declaredAiProvider = z.strictObject({
  project,
  secret: name.nullable().optional(),
  ...aiProviderFields,
});
export type DeclaredAiProvider = z.infer<typeof declaredAiProvider>;

const declaredRoute = z.strictObject({
  project,
  name,
  targets: z
    .array(z.strictObject({ aiProvider: z.string(), ...targetFields }))
    .min(1)
    .max(MAX_TARGETS),
  ...definitionFields,
});
export type DeclaredRoute = z.infer<typeof declaredRoute>;

const declaredKey = z.preprocess(
  camelCaseKeyFields,
  z.strictObject({
    project,
    route: name.nullable().optional(),
    /** The environment variable that holds the key's text; without one a text is made. */
    textFromEnv: z.string().min(1).optional(),
    ...keyFields,
  }),
);
export type DeclaredKey = z.infer<typeof declaredKey>;

const declaredWebhook = z
  .strictObject({
    project,
    secretFromEnv: z.string().min(1).optional(),
    secretFromFile: z.string().min(1).optional(),
    ...webhookFields,
  })
  .refine((hook) => (hook.secretFromEnv === undefined) !== (hook.secretFromFile === undefined), {
    error: 'needs either secretFromEnv or secretFromFile; a secret never stands in this file',
  });
export type DeclaredWebhook = z.infer<typeof declaredWebhook>;

/** Booked once for each reference: the file may name again what it named before. */
const declaredCredit = createCreditBody.extend({ organization: name });
export type DeclaredCredit = z.infer<typeof declaredCredit>;

const declaredProject = z.strictObject({ organization: name, ...projectFields });
export type DeclaredProject = z.infer<typeof declaredProject>;

/** `tollgate.yaml`: resources by name. What it does not name is left alone. */
export const configFile = z.strictObject({
  exchangeRates: z.record(currencyCode, usdPerUnit).optional(),
  organizations: z.array(createOrganizationBody).optional(),
  credits: z.array(declaredCredit).optional(),
  projects: z.array(declaredProject).optional(),
  secrets: z.array(declaredSecret).optional(),
  aiProviders: z.array(declaredAiProvider).optional(),
  routes: z.array(declaredRoute).optional(),
  keys: z.array(declaredKey).optional(),
  webhooks: z.array(declaredWebhook).optional(),
});
export type ConfigFile = z.infer<typeof configFile>;
