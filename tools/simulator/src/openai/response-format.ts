import { isObject } from '../json-schema/json.ts';
import { invalidRequest, type Refusal } from './refusal.ts';

export type ResponseFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json_object' }
  | { readonly type: 'json_schema'; readonly schema: unknown };

const plainText: ResponseFormat = { type: 'text' };

export function parseResponseFormat(value: unknown): ResponseFormat | Refusal {
  if (value === undefined || value === null) return plainText;
  if (!isObject(value)) return wrong('an object', 'response_format');
  switch (value.type) {
    case 'text':
      return plainText;
    case 'json_object':
      return { type: 'json_object' };
    case 'json_schema': {
      const named = value.json_schema;
      if (!isObject(named)) return wrong('an object', 'response_format.json_schema');
      if (typeof named.name !== 'string') return wrong('text', 'response_format.json_schema.name');
      return { type: 'json_schema', schema: named.schema ?? { type: 'object' } };
    }
    default:
      return wrong("'text', 'json_object' or 'json_schema'", 'response_format.type');
  }
}

function wrong(expected: string, param: string): Refusal {
  return invalidRequest(`Invalid value for '${param}': expected ${expected}.`, param);
}
