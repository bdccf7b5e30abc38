import { StandardSchemaValidationPipe } from '@nestjs/common';
import type { z } from 'zod';
import { type FieldError, Problem } from './problem.ts';

type Issue = Pick<z.core.$ZodIssue, 'path' | 'message' | 'code'> & { readonly keys?: unknown };

/** Validates every parameter that names a zod schema, and answers 400 naming all fields at fault. */
export const validationPipe = new StandardSchemaValidationPipe({
  // The issues of a zod schema are zod's own.
  exceptionFactory: (issues) => invalid((issues as readonly Issue[]).flatMap(fieldErrors)),
});

/** The problem that names those fields. */
export function invalid(errors: readonly FieldError[]): Problem {
  const list = errors.map((error) => `${error.field || 'body'}: ${error.message}`).join('; ');
  return new Problem(400, 'validation_error', list.slice(0, 2_000), errors.slice(0, 100));
}

/** An unknown field is an error at its own name, not at the object that holds it. */
export function fieldErrors(issue: Issue): FieldError[] {
  const field = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys' && Array.isArray(issue.keys)) {
    return issue.keys.map((key) => ({
      field: field ? `${field}.${String(key)}` : String(key),
      message: 'is not a field of this resource',
    }));
  }
  return [{ field, message: issue.message }];
}
