import { unprocessable } from '../http/problem.ts';
import { isWebhookSecret } from '../webhooks/signature.ts';
import { openWebhookSecrets } from '../webhooks/webhook-secrets.ts';
import { webhooks } from '../webhooks/webhook-tables.ts';
import { createWebhook, patchWebhook, rotateWebhook } from '../webhooks/webhook-writes.ts';
import type { Application, Effect } from './apply-config-file.ts';
import type { DeclaredWebhook } from './config-file.schema.ts';
import { effectOf } from './effect-of.ts';
import { findProject } from './find-by-name.ts';
import { readReference } from './read-reference.ts';

const FIELDS = { fromEnv: 'secretFromEnv', fromFile: 'secretFromFile' };

/** A webhook by its URL. A secret that changed is rotated in: the former one signs, too, for a day. */
export async function applyWebhook(
  application: Application,
  declared: DeclaredWebhook,
): Promise<Effect> {
  const { change, ring } = application;
  const { project: projectName, secretFromEnv, secretFromFile, ...fields } = declared;
  const project = await findProject(application, projectName);
  const reference = { fromEnv: secretFromEnv, fromFile: secretFromFile };
  const secretText = await readReference(application, reference, FIELDS);
  if (!isWebhookSecret(secretText)) {
    const field = secretFromEnv === undefined ? FIELDS.fromFile : FIELDS.fromEnv;
    throw unprocessable(field, 'must lead to "whsec_" and 24 to 64 bytes in base64');
  }
  const existing = await change.manager.findOneBy(webhooks, {
    projectId: project.id,
    url: fields.url,
  });
  if (!existing) {
    await createWebhook(change, ring, { projectId: project.id, ...fields }, secretText);
    return 'created';
  }
  const patched = await patchWebhook(change, existing.id, fields);
  const [newest] = openWebhookSecrets(ring, existing, new Date()) ?? [];
  if (newest === secretText) return effectOf(existing, patched);
  await rotateWebhook(change, ring, existing.id, { secretText });
  return 'changed';
}
