/** A field of the request that is not right. */
export interface FieldError {
  /** Dotted path, e.g. `targets.3.model`. */
  readonly field: string;
  readonly message: string;
  /** Where it stands in a text, from 1. */
  readonly line?: number;
  readonly column?: number;
}

export type ProblemStatus = 400 | 401 | 404 | 405 | 409 | 413 | 415 | 422 | 500 | 502 | 503;

const TITLES: Record<ProblemStatus, string> = {
  400: 'The request is not valid',
  401: 'Not authenticated',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  413: 'The request is too large',
  415: 'Unsupported media type',
  422: 'The request cannot be carried out',
  500: 'Internal error',
  502: 'Bad gateway',
  503: 'Unavailable',
};

/** RFC 9457. */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly errors?: readonly FieldError[];
}

/** Why a request was refused, on its way to the one filter that writes it. `detail` is public. */
export class Problem extends Error {
  constructor(
    readonly status: ProblemStatus,
    readonly code: string,
    readonly detail: string,
    readonly errors?: readonly FieldError[],
  ) {
    super(detail);
    this.name = 'Problem';
  }

  toDetails(): ProblemDetails {
    return {
      type: 'about:blank',
      title: TITLES[this.status],
      status: this.status,
      detail: this.detail,
      code: this.code,
      ...(this.errors ? { errors: this.errors } : {}),
    };
  }
}

/** The thing with that id does not exist. */
export const notFound = (kind: string, id: string): Problem =>
  new Problem(404, 'not_found', `There is no ${kind} with the id "${id}".`);

/** A field holds something that is well-formed and cannot be. */
export const unprocessable = (field: string, message: string): Problem =>
  new Problem(422, 'unprocessable', `${field}: ${message}`, [{ field, message }]);

/** Something is in use, or a name is taken. */
export const conflict = (detail: string): Problem => new Problem(409, 'conflict', detail);

export const unavailable = (detail: string): Problem => new Problem(503, 'unavailable', detail);
