import { parseBehaviour } from '../behaviours/behaviour.ts';
import type { Call, Simulation } from '../http/call.ts';
import { sendJson } from '../http/send-json.ts';
import { refuseControl } from './refuse-control.ts';

const mostBytes = 4 * 1024 * 1024;

/** `GET /_sim/behaviours`. */
export function getBehaviours(call: Call, simulation: Simulation): void {
  sendJson(call.response, 200, { data: simulation.behaviours.list() });
}

/** `PUT /_sim/behaviours/{model}`: stands from the next request on. */
export function putBehaviour(call: Call, simulation: Simulation, model: string): void {
  if (call.body.length > mostBytes) {
    return refuseControl(call, 413, `A behaviour has at most ${mostBytes} bytes.`, null);
  }
  let value: unknown;
  try {
    value = JSON.parse(call.body.toString('utf8'));
  } catch {
    return refuseControl(call, 400, 'The body is not JSON.', null);
  }
  const parsed = parseBehaviour(value);
  if ('fault' in parsed) return refuseControl(call, 400, parsed.fault.message, parsed.fault.field);
  if (!simulation.behaviours.set(model, parsed.behaviour)) {
    return refuseControl(call, 409, 'There are too many behaviours; delete some.', null);
  }
  sendJson(call.response, 200, { model, behaviour: parsed.behaviour });
}

/** `DELETE /_sim/behaviours[/{model}]`. */
export function deleteBehaviours(
  call: Call,
  simulation: Simulation,
  model: string | undefined,
): void {
  sendJson(call.response, 200, { removed: simulation.behaviours.clear(model) });
}
