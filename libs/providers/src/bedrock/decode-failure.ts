import type { Failure, FailureCode } from '@tollgate/contracts';
import { isRecord, parseJson } from '../json/json-value.ts';
import type { RefusedAnswer } from '../provider.ts';
import { describeRefusal } from '../refusal/describe-refusal.ts';
import { decodeRetryAfter } from '../refusal/retry-after.ts';
import { textOf } from './wire.ts';

/** What a status other than 2xx means: AWS names the error in `x-amzn-errortype`. */
export function decodeFailure(
  answer: RefusedAnswer,
  credential: string | null,
  nowMs: number,
): Failure {
  const header = answer.headers['x-amzn-errortype'];
  const body = parseJson(answer.body.toString());
  const fields = isRecord(body) ? body : {};
  const type =
    (typeof header === 'string' ? header : header?.[0]) ??
    textOf(fields.__type) ??
    textOf(fields.code) ??
    '';
  const message =
    textOf(fields.message) ?? textOf(fields.Message) ?? answer.body.toString().slice(0, 2_000);
  return describe(
    { name: errorName(type), status: answer.status, message },
    `HTTP ${answer.status}`,
    credential,
    decodeRetryAfter(answer.headers, nowMs),
  );
}

/** What an exception inside a stream means. */
export function decodeStreamException(
  type: string,
  message: string,
  credential: string | null,
): Failure {
  const error = { name: errorName(type), status: 500, message };
  return describe(error, 'exception in a stream', credential, undefined);
}

interface AwsError {
  /** In lower case, without `Exception`. */
  readonly name: string;
  readonly status: number;
  readonly message: string;
}

function describe(
  error: AwsError,
  where: string,
  credential: string | null,
  retryAfterMs: number | undefined,
): Failure {
  const { name, status, message } = error;
  // AWS names no field and no code that a caller could use: its text stays in the log.
  const said = { code: name, type: '', param: '', message, status, isFiltered: false };
  return describeRefusal(classify(error), where, said, credential, retryAfterMs);
}

/** `ValidationException:http://internal.amazon.com/coral/…` and `com.amazon.coral#ThrottlingException` alike. */
function errorName(type: string): string {
  const name = type.split(':')[0]?.split('#').at(-1) ?? '';
  return name.toLowerCase().replace(/exception$/, '');
}

function classify({ name, status, message }: AwsError): FailureCode {
  if (name === 'validation' || (name === '' && status === 400)) return classifyValidation(message);
  if (name === 'accessdenied' && /access to the model|not authorized to invoke/i.test(message))
    return 'provider.unknown_model';
  return BY_NAME[name] ?? byStatus(status);
}

function classifyValidation(message: string): FailureCode {
  if (
    /input tokens exceed|too many (input )?tokens|input is too long|maximum context|context (length|window)|prompt is too long|exceeds? (the )?maximum (input )?length/i.test(
      message,
    )
  )
    return 'provider.context_too_long';
  if (
    /model identifier is invalid|on-demand throughput isn.t supported|model .{0,200}(not found|does not exist|end of its life)/i.test(
      message,
    )
  )
    return 'provider.unknown_model';
  if (/content filter/i.test(message)) return 'provider.content_filtered';
  return 'provider.bad_request';
}

const BY_NAME: Readonly<Record<string, FailureCode>> = {
  accessdenied: 'provider.rejected_credentials',
  unrecognizedclient: 'provider.rejected_credentials',
  invalidsignature: 'provider.rejected_credentials',
  signaturedoesnotmatch: 'provider.rejected_credentials',
  incompletesignature: 'provider.rejected_credentials',
  missingauthenticationtoken: 'provider.rejected_credentials',
  missingauthentication: 'provider.rejected_credentials',
  invalidclienttokenid: 'provider.rejected_credentials',
  expiredtoken: 'provider.rejected_credentials',
  requestexpired: 'provider.rejected_credentials',
  notauthorized: 'provider.rejected_credentials',
  optinrequired: 'provider.rejected_credentials',
  throttling: 'provider.rate_limited',
  toomanyrequests: 'provider.rate_limited',
  requestlimitexceeded: 'provider.rate_limited',
  servicequotaexceeded: 'provider.rate_limited',
  modelnotready: 'provider.overloaded',
  serviceunavailable: 'provider.overloaded',
  modeltimeout: 'provider.timeout',
  modelerror: 'provider.server_error',
  modelstreamerror: 'provider.server_error',
  internalserver: 'provider.server_error',
  internalfailure: 'provider.server_error',
  conflict: 'provider.server_error',
  resourcenotfound: 'provider.unknown_model',
};

function byStatus(status: number): FailureCode {
  const known = BY_STATUS[status];
  if (known) return known;
  if (status >= 500) return 'provider.server_error';
  return status < 400 ? 'provider.misconfigured' : 'provider.bad_request';
}

const BY_STATUS: Readonly<Record<number, FailureCode>> = {
  401: 'provider.rejected_credentials',
  403: 'provider.rejected_credentials',
  404: 'provider.unknown_model',
  408: 'provider.timeout',
  413: 'provider.context_too_long',
  424: 'provider.server_error',
  429: 'provider.rate_limited',
  503: 'provider.overloaded',
  504: 'provider.timeout',
};
