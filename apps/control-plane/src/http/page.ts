import type { EntityManager, EntitySchema, FindOptionsWhere } from 'typeorm';
import { LessThan, MoreThan } from 'typeorm';
import { z } from 'zod';
import { Problem } from './problem.ts';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 500;

/** `?limit=&cursor=`, in every list. */
export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT),
  cursor: z.string().max(200).optional(),
});
export type PageQuery = z.infer<typeof pageQuery>;

/** Of one project. */
export const projectPageQuery = pageQuery.extend({ projectId: z.string().optional() });
export type ProjectPageQuery = z.infer<typeof projectPageQuery>;

export interface Page<T> {
  readonly data: T[];
  readonly nextCursor: string | null;
}

/** The shape of a list of these. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ data: z.array(item), nextCursor: z.string().nullable() });

/** One page in the order of creation, which is the order of ids, or the newest first. */
export async function findPage<Row extends { readonly id: string }>(
  manager: EntityManager,
  table: EntitySchema<Row>,
  where: Partial<Row>,
  query: PageQuery,
  order: 'ASC' | 'DESC' = 'ASC',
): Promise<Page<Row>> {
  const beyond = order === 'ASC' ? MoreThan : LessThan;
  const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor);
  const rows = await manager.find(table, {
    // TypeORM's types do not see through a generic row.
    where: { ...where, ...(after ? { id: beyond(after) } : {}) } as FindOptionsWhere<Row>,
    order: { id: order } as never,
    take: query.limit + 1,
  });
  const data = rows.slice(0, query.limit);
  const last = data.at(-1);
  return { data, nextCursor: rows.length > query.limit && last ? encodeCursor(last.id) : null };
}

/** The same page of something else. */
export function mapPage<A, B>(page: Page<A>, map: (row: A) => B): Page<B> {
  return { data: page.data.map(map), nextCursor: page.nextCursor };
}

const encodeCursor = (id: string): string => Buffer.from(id).toString('base64url');

function decodeCursor(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString('utf8');
  if (/^[a-z]{3}_[0-9a-z]+$/.test(id)) return id;
  const errors = [{ field: 'cursor', message: 'is not a cursor that this list gave' }];
  throw new Problem(400, 'validation_error', 'cursor: is not a cursor of this list', errors);
}
