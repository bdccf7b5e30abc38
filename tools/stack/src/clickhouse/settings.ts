import { type EngineConnection, quote } from './engine.ts';
import type { QueryRequest } from './query-request.ts';

/** Settings of the connection itself, beside those of the request. */
export interface OwnSettings {
  /** Marks the query so that it can be interrupted. */
  readonly log_comment: string;
  /** Set for results that are held in memory before they are sent. */
  readonly max_result_bytes?: string;
}

/**
 * Applies the request's database and settings to a connection. Returns a function that puts the
 * settings back, for a session that lives on; parameters stay and are overwritten by later ones.
 */
export function applySettings(
  connection: EngineConnection,
  request: QueryRequest,
  own: OwnSettings,
  isShared: boolean,
): () => void {
  if (request.database !== undefined) {
    connection.run(`USE \`${request.database.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``);
  }
  // What the request says itself goes last and wins.
  const settings = new Map<string, string>([...Object.entries(own), ...request.settings]);
  const restore = isShared ? rememberSettings(connection, [...settings.keys()]) : '';
  connection.run(renderSet([...settings].map(([name, value]) => `${name} = ${quote(value)}`)));
  return () => {
    if (restore !== '') connection.run(restore);
  };
}

function rememberSettings(connection: EngineConnection, names: readonly string[]): string {
  const real = names.filter((name) => !name.startsWith('param_'));
  const list = real.map(quote).join(', ');
  const before = connection.run(
    `SELECT name, value FROM system.settings WHERE changed AND name IN (${list}) FORMAT JSONCompactEachRow`,
  );
  const values = new Map<string, string>();
  for (const line of before.split('\n').filter(Boolean)) {
    const [name, value]: unknown[] = JSON.parse(line);
    values.set(String(name), String(value));
  }
  return renderSet(
    real.map((name) => {
      const value = values.get(name);
      return `${name} = ${value === undefined ? 'DEFAULT' : quote(value)}`;
    }),
  );
}

const renderSet = (assignments: readonly string[]): string => `SET ${assignments.join(', ')}`;
