import type { Call } from '../http/call.ts';
import { sendJson } from '../http/send-json.ts';

/** `param` names the field or query parameter at fault. */
export function refuseControl(
  call: Call,
  status: number,
  message: string,
  param: string | null,
): void {
  sendJson(call.response, status, { error: { message, param } });
}
