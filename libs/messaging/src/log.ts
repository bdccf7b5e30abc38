/** The part of a pino logger that the bus uses. */
export interface BusLog {
  debug(fields: object, text: string): void;
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

/** Logs nothing. */
export const SILENT: BusLog = { debug() {}, info() {}, warn() {}, error() {} };

/** The text of anything that was thrown. */
export function errorText(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
