import type { SettlementRow } from '../../domain/settlement-row.ts';
import { ArrayLiteral } from './array-literal.ts';

export const SETTLE_SQL = `select budget.settle($1::text[], $2::text[], $3::text[], $4::text[], $5::text[],
  $6::numeric[], $7::bigint[], $8::bigint[], $9::numeric[], $10::bigint[], $11::bigint[], $12::text[], $13::bigint[],
  $14::bigint[], $15::integer[], $16::smallint[], $17::text[], $18::text[], $19::text[], $20::text[], $21::bigint[],
  $22::bigint[], $23::numeric[], $24::text[], $25::bigint[], $26::numeric[], $27::bigint[], $28::bigint[],
  $29::bigint) as booked`;

const ROW_COLUMNS = 14;
const ENTRY_COLUMNS = 11;
const PLATFORM_COLUMNS = 3;

/** The rows as one array for each column, in the order of SETTLE_SQL; the time follows. */
export function settleParameters(rows: readonly SettlementRow[]): readonly string[] {
  const rowColumns = columns(ROW_COLUMNS);
  const entryColumns = columns(ENTRY_COLUMNS);
  const platformColumns = columns(PLATFORM_COLUMNS);
  rows.forEach((row, index) => {
    addRow(rowColumns, row);
    addEntries(entryColumns, row, index + 1);
    addPlatform(platformColumns, row);
  });
  return [...rowColumns, ...entryColumns, ...platformColumns].map(String);
}

function addRow(columns: readonly ArrayLiteral[], row: SettlementRow): void {
  const [
    id,
    org,
    project,
    key,
    grant,
    dCost,
    dTokens,
    dRequests,
    cost,
    tokens,
    requests,
    source,
    seq,
    at,
  ] = columns;
  id?.addText(row.requestId);
  org?.addText(row.organizationId);
  project?.addText(row.projectId);
  key?.addText(row.keyId);
  grant?.addText(row.grantId);
  dCost?.addPlain(row.drawCost);
  dTokens?.addPlain(row.drawTokens);
  dRequests?.addPlain(row.drawRequests);
  cost?.addPlain(row.cost);
  tokens?.addPlain(row.tokens);
  requests?.addPlain(row.requests);
  source?.addText(row.usageSource);
  seq?.addPlain(row.streamSequence);
  at?.addPlain(Math.floor(row.startedAt));
}

function addEntries(columns: readonly ArrayLiteral[], row: SettlementRow, place: number): void {
  const [index, attempt, aiProvider, provider, model, code, input, output, cost, version, at] =
    columns;
  row.entries.forEach((entry, number) => {
    index?.addPlain(place);
    attempt?.addPlain(number);
    aiProvider?.addText(entry.aiProviderId);
    provider?.addText(entry.provider);
    model?.addText(entry.model);
    code?.addText(entry.code);
    input?.addPlain(entry.inputTokens);
    output?.addPlain(entry.outputTokens);
    cost?.addPlain(entry.cost);
    version?.addText(row.priceVersion);
    at?.addPlain(Math.floor(entry.startedAt));
  });
}

function addPlatform([cost, tokens, requests]: readonly ArrayLiteral[], row: SettlementRow): void {
  cost?.addPlain(row.platform.cost);
  tokens?.addPlain(row.platform.tokens);
  requests?.addPlain(row.platform.requests);
}

function columns(count: number): readonly ArrayLiteral[] {
  return Array.from({ length: count }, () => new ArrayLiteral());
}
