import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** Fields whose values never reach a log, wherever they stand. */
const SECRET_FIELDS = [
  'authorization',
  'apiKey',
  'api-key',
  'x-api-key',
  'x-goog-api-key',
  'key',
  'keyText',
  'password',
  'secret',
  'token',
  'adminToken',
  'credential',
  'value',
  'cookie',
  'body',
  'prompt',
  'messages',
];

/** Texts that look like a credential, in messages and errors. */
const SECRET_TEXT =
  /\b(?:tg_(?:live|admin)_[\w-]{8,}|sk-[\w-]{8,}|AIza[\w-]{20,}|AKIA[A-Z0-9]{12,}|Bearer\s+[\w.~+/-]{8,}=*)|(?<=:\/\/[^\s:/@]{0,64}:)[^\s@/]+(?=@)/g;

/** The text with everything that looks like a credential replaced by `[redacted]`. */
export function redactText(text: string): string {
  return text.replace(SECRET_TEXT, '[redacted]');
}

export interface LoggerOptions {
  readonly service: string;
  readonly level: string;
  /** Where lines go; standard output when left out. */
  readonly destination?: DestinationStream;
}

/** A structured log of one JSON object a line, in which credentials are redacted by field and by shape. */
export function createLogger(options: LoggerOptions): Logger {
  return pino(
    {
      level: options.level,
      base: { service: options.service },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: SECRET_FIELDS.flatMap((field) => [
          quoted(field),
          `*${bracketed(field)}`,
          `*.*${bracketed(field)}`,
        ]),
        censor: '[redacted]',
      },
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError, error: describeError },
      hooks: {
        logMethod(args, method) {
          for (let i = 0; i < args.length; i++) {
            const given: unknown = args[i];
            if (typeof given === 'string') args[i] = redactText(given);
          }
          method.apply(this, args);
        },
      },
    },
    options.destination ?? pino.destination({ dest: 1, sync: false, minLength: 0 }),
  );
}

function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return typeof error === 'string' ? redactText(error) : error;
  const code: unknown = 'code' in error ? error.code : undefined;
  return {
    type: error.name,
    message: redactText(error.message),
    ...(code === undefined ? {} : { code }),
    ...(error.stack ? { stack: redactText(error.stack) } : {}),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}

const bracketed = (field: string): string => (/^\w+$/.test(field) ? `.${field}` : `["${field}"]`);
const quoted = (field: string): string => (/^\w+$/.test(field) ? field : `["${field}"]`);
