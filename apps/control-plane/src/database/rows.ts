import type { EntityManager, EntitySchema, FindOptionsWhere } from 'typeorm';
import { notFound, unprocessable } from '../http/problem.ts';

interface Identified {
  readonly id: string;
}

/** The row with the id of the request's path, else 404. */
export async function requireRow<Row extends Identified>(
  manager: EntityManager,
  table: EntitySchema<Row>,
  kind: string,
  id: string,
): Promise<Row> {
  const row = await findRow(manager, table, id);
  if (!row) throw notFound(kind, id);
  return row;
}

/** The row that a field of the request's body names, else 422 at that field. */
export async function requireReferenced<Row extends Identified>(
  manager: EntityManager,
  table: EntitySchema<Row>,
  field: string,
  id: string,
): Promise<Row> {
  const row = await findRow(manager, table, id);
  if (!row) throw unprocessable(field, `there is nothing with the id "${id}"`);
  return row;
}

/** As `requireReferenced`, for what must stand in the same project. Another project's row is as good as none. */
export async function requireOfProject<Row extends Identified & { readonly projectId: string }>(
  manager: EntityManager,
  table: EntitySchema<Row>,
  field: string,
  reference: { readonly id: string; readonly projectId: string },
): Promise<Row> {
  const row = await findRow(manager, table, reference.id);
  if (row?.projectId === reference.projectId) return row;
  throw unprocessable(field, `there is nothing with the id "${reference.id}" in this project`);
}

function findRow<Row extends Identified>(
  manager: EntityManager,
  table: EntitySchema<Row>,
  id: string,
): Promise<Row | null> {
  // TypeORM's types do not see through a generic row.
  return manager.findOneBy(table, { id } as FindOptionsWhere<Row>);
}

/** Adds a row. */
export async function insertRow<Row extends Identified>(
  manager: EntityManager,
  table: EntitySchema<Row>,
  row: Row,
): Promise<void> {
  // TypeORM's partial types do not see through a generic row, nor through JSON columns.
  await manager.insert(table, row as never);
}

type Changes<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** The fields that were given: null is a value, undefined is none. */
export function given<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}

/** Takes over the given fields. Answers the names of those that differ from what stood there. */
export function applyChanges<Row extends object>(row: Row, changes: Changes<Row>): Set<keyof Row> {
  const changed = new Set<keyof Row>();
  for (const key of Object.keys(changes) as (keyof Row)[]) {
    const value = changes[key];
    if (value === undefined || canonical(value) === canonical(row[key])) continue;
    row[key] = value as Row[keyof Row];
    changed.add(key);
  }
  return changed;
}

/** The same text for the same content: jsonb does not keep the order of an object's fields. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
