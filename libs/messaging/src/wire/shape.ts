import { z } from 'zod';

type Check = (value: unknown) => boolean;

/**
 * A quick check for the hot path: is it an object, and do the fields that the schema requires have the right `typeof`?
 * Senders are Tollgate's own processes; this catches a mismatch of versions, not an attacker.
 */
export function shapeCheck(schema: z.ZodType): Check {
  if (!(schema instanceof z.ZodObject)) return () => true;
  const fields: [string, string][] = [];
  for (const [name, field] of Object.entries(schema.shape)) {
    const type = field instanceof z.ZodType ? TYPEOF[field.def.type] : undefined;
    if (type !== undefined) fields.push([name, type]);
  }
  return (value) => {
    if (typeof value !== 'object' || value === null) return false;
    // Fields are read one by one, so the object may be any.
    const record = value as Record<string, unknown>;
    for (const [name, type] of fields) if (typeof record[name] !== type) return false;
    return true;
  };
}

const TYPEOF: Readonly<Record<string, string>> = {
  string: 'string',
  number: 'number',
  boolean: 'boolean',
  enum: 'string',
  object: 'object',
  array: 'object',
  record: 'object',
};
