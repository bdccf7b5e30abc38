import type { Call, Handler, Simulation, Wire } from '../http/call.ts';
import { sendJson } from '../http/send-json.ts';
import { deleteBehaviours, getBehaviours, putBehaviour } from './behaviour-endpoints.ts';
import { deleteJournal, getJournal } from './journal-endpoints.ts';
import { refuseControl } from './refuse-control.ts';

const behavioursPath = '/_sim/behaviours';
const journalPath = '/_sim/journal';

/** `/_sim/…`: what the models do and what they did. */
export function controlWire(simulation: Simulation): Wire {
  const handlers: Readonly<Record<string, Handler>> = {
    [`GET ${behavioursPath}`]: (call) => getBehaviours(call, simulation),
    [`DELETE ${behavioursPath}`]: (call) => deleteBehaviours(call, simulation, undefined),
    [`GET ${journalPath}`]: (call) => getJournal(call, simulation),
    [`DELETE ${journalPath}`]: (call) => deleteJournal(call, simulation),
    'GET /_sim': (call) => sendJson(call.response, 200, { service: 'tollgate-simulator' }),
  };
  return {
    find(method, path) {
      if (!path.startsWith('/_sim')) return undefined;
      const model = modelIn(path);
      if (model !== null) return handlerForModel(simulation, method, model);
      const key = `${method} ${path}`;
      return Object.hasOwn(handlers, key) ? handlers[key] : notFound;
    },
    refuse(call, refusal) {
      if (refusal === 'too_large') refuseControl(call, 413, 'The body is too large.', null);
      else if (refusal === 'not_found') notFound(call);
      else refuseControl(call, 500, 'The simulator failed; see its stderr.', null);
    },
  };
}

function handlerForModel(simulation: Simulation, method: string, model: string): Handler {
  if (method === 'PUT') return (call) => putBehaviour(call, simulation, model);
  if (method === 'DELETE') return (call) => deleteBehaviours(call, simulation, model);
  return notFound;
}

/** The rest of the path, decoded: a model's name may hold slashes, encoded or not. */
function modelIn(path: string): string | null {
  if (!path.startsWith(`${behavioursPath}/`)) return null;
  try {
    const model = decodeURIComponent(path.slice(behavioursPath.length + 1));
    return model === '' ? null : model;
  } catch {
    return null;
  }
}

function notFound(call: Call): void {
  refuseControl(call, 404, `Nothing answers ${call.method} ${call.path}.`, null);
}
