import { formatUsd, parseUsd } from '@tollgate/contracts';
import type { ConfigChange } from '../config-publishing/config-changes.ts';
import { touch } from '../config-publishing/touched.ts';
import { newId } from '../database/new-id.ts';
import { insertRow, requireRow } from '../database/rows.ts';
import { credits, organizations } from '../database/tables.ts';
import type { CreditRow } from '../domain/rows.ts';
import { conflict, unprocessable } from '../http/problem.ts';
import type { CreateCredit } from './credit.schema.ts';
import { sumOfCredits } from './sum-of-credits.ts';

/**
 * Books credits, once for each reference.
 * @param spent pico-USD that requests have used or hold of the organization's credits; null: nobody can tell
 */
export async function createCredit(
  change: ConfigChange,
  organizationId: string,
  body: CreateCredit,
  spent: bigint | null,
): Promise<CreditRow> {
  const { manager } = change;
  await requireRow(manager, organizations, 'organization', organizationId);
  const { reference, amountUsd } = body;
  const booked = await manager.findOneBy(credits, { organizationId, reference });
  if (booked) {
    if (parseUsd(booked.amountUsd) === parseUsd(amountUsd)) return booked;
    throw conflict(`"${reference}" is booked already, with another amount.`);
  }
  if (!body.allowBelowSpent) await checkCorrection(change, organizationId, amountUsd, spent);
  const row: CreditRow = {
    id: newId('credit'),
    organizationId,
    amountUsd,
    reference,
    note: body.note ?? null,
    createdAt: new Date(),
  };
  await insertRow(manager, credits, row);
  change.touch(touch.keysOfOrganization(organizationId));
  return row;
}

/** What is spent cannot be taken back, unless whoever corrects says so. */
async function checkCorrection(
  { manager }: ConfigChange,
  organizationId: string,
  amountUsd: string,
  spent: bigint | null,
): Promise<void> {
  const amount = parseUsd(amountUsd) ?? 0n;
  if (amount >= 0n) return;
  const left = (await sumOfCredits(manager, organizationId)) + amount;
  if (spent === null) {
    const message =
      'nobody can tell right now what is spent; allowBelowSpent books it all the same';
    throw unprocessable('amountUsd', message);
  }
  if (left >= spent) return;
  const message = `would leave ${formatUsd(left)} where ${formatUsd(spent)} are spent or in use; allowBelowSpent books it all the same`;
  throw unprocessable('amountUsd', message);
}
