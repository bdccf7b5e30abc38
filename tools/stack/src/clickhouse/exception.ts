/** A failure as ClickHouse reports it: a numeric code, its name, and a text that carries both. */
export class ClickHouseException extends Error {
  override readonly name = 'ClickHouseException';
  readonly code: number;
  readonly status: number;

  private constructor(code: number, message: string, status: number) {
    super(message);
    this.code = code;
    this.status = status;
  }

  static of(code: number, codeName: string, text: string, status?: number): ClickHouseException {
    const message = `Code: ${code}. DB::Exception: ${text} (${codeName})`;
    return new ClickHouseException(code, message, status ?? httpStatusOf(code));
  }

  /** Reads the code out of what the engine threw; what is no engine error becomes code 1002. */
  static from(error: unknown): ClickHouseException {
    if (error instanceof ClickHouseException) return error;
    const text = error instanceof Error ? error.message : String(error);
    const found = /Code: (\d+)\. DB::Exception: [\s\S]*/.exec(text);
    if (!found) return ClickHouseException.of(1002, 'UNKNOWN_EXCEPTION', text);
    const code = Number(found[1]);
    return new ClickHouseException(code, found[0].trim(), httpStatusOf(code));
  }
}

const statusByCode: ReadonlyMap<number, number> = new Map([
  ...group(
    400,
    [6, 26, 27, 33, 34, 36, 38, 41, 42, 43, 44, 53, 62, 69, 70, 72, 115, 130, 386, 456],
  ),
  ...group(403, [192, 193, 194, 497, 516]),
  ...group(404, [46, 47, 60, 81, 82, 218]),
  ...group(408, [159]),
  ...group(501, [1, 48]),
  ...group(503, [202]),
]);

/** The HTTP status ClickHouse's own handler chooses for a code; 500 for all others. */
function httpStatusOf(code: number): number {
  return statusByCode.get(code) ?? 500;
}

function group(status: number, codes: readonly number[]): [number, number][] {
  return codes.map((code) => [code, status]);
}
