import { type KeyRing, open, seal } from '@tollgate/secrets';
import type { SealedSecret } from '@tollgate/contracts';
import type { EntityManager } from 'typeorm';
import { makeWebhookSecret } from './signature.ts';
import { type WebhookRow, webhooks } from './webhook-tables.ts';

type Sealed = Pick<WebhookRow, 'id' | 'sealed' | 'formerSealed' | 'formerEndsAt'>;

/** A secret for the endpoint, a new one unless its text is given: what is shown once, and what is kept of it. */
export function newWebhookSecret(
  ring: KeyRing,
  organizationId: string,
  webhookId: string,
  text = makeWebhookSecret(),
): { readonly text: string; readonly sealed: SealedSecret } {
  return { text, sealed: seal(ring, { organizationId, secretId: webhookId }, text) };
}

/** The secrets in force, the newest first; undefined when the key ring does not open the newest. */
export function openWebhookSecrets(
  ring: KeyRing,
  webhook: Sealed,
  now: Date,
): string[] | undefined {
  const newest = openOne(ring, webhook.id, webhook.sealed);
  if (newest === undefined) return undefined;
  const { formerSealed, formerEndsAt } = webhook;
  const inForce = formerSealed && formerEndsAt && formerEndsAt > now;
  const former = inForce ? openOne(ring, webhook.id, formerSealed) : undefined;
  return former === undefined ? [newest] : [newest, former];
}

/** After the key-encryption key has changed. Answers the ids of webhooks that no key of the ring opens. */
export async function resealWebhooks(manager: EntityManager, ring: KeyRing): Promise<string[]> {
  const unopened: string[] = [];
  for (const row of await manager.find(webhooks)) {
    if (row.sealed.kek === ring.sealing.id) continue;
    const sealed = resealOne(ring, row.id, row.sealed);
    if (!sealed) {
      unopened.push(row.id);
      continue;
    }
    row.sealed = sealed;
    row.formerSealed = row.formerSealed && (resealOne(ring, row.id, row.formerSealed) ?? null);
    await manager.save(webhooks, row);
  }
  return unopened;
}

function resealOne(ring: KeyRing, id: string, sealed: SealedSecret): SealedSecret | undefined {
  const text = openOne(ring, id, sealed);
  const { organizationId } = sealed;
  return text === undefined ? undefined : seal(ring, { organizationId, secretId: id }, text);
}

function openOne(ring: KeyRing, secretId: string, sealed: SealedSecret): string | undefined {
  const opened = open(ring, { organizationId: sealed.organizationId, secretId }, sealed);
  return opened.ok ? opened.value : undefined;
}
