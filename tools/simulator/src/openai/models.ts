import type { Call } from '../http/call.ts';
import { sendJson } from '../http/send-json.ts';
import { credentialOf, refuseCredential } from './credential.ts';
import { sendRefusal } from './open-record.ts';

/** Shown by the list; the simulator answers for any other name as well. */
const names = [
  'gpt-4o',
  'gpt-4o-mini',
  'gpt-4.1',
  'gpt-4.1-mini',
  'gpt-4.1-nano',
  'gpt-5',
  'gpt-5-mini',
  'o4-mini',
  'text-embedding-3-small',
  'text-embedding-3-large',
  'gpt-4o-mini-instant',
  'bench-instant',
] as const;

/** 2026-01-01T00:00:00Z. */
const created = 1_767_225_600;

/** `GET …/models`, and with an id the one model. */
export function handleModels(call: Call, id: string | null): void {
  const refusal = refuseCredential(credentialOf(call.request));
  if (refusal !== null) return sendRefusal(call, refusal);
  if (id !== null) return sendJson(call.response, 200, modelNamed(id));
  sendJson(call.response, 200, { object: 'list', data: names.map(modelNamed) });
}

function modelNamed(id: string): object {
  return { id, object: 'model', created, owned_by: 'simulator' };
}
