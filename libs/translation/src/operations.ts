import type { Dialect, Failure, Result } from '@tollgate/contracts';
import { type AnyOperationCodec, OPERATION_CODECS, type OperationCodec } from '@tollgate/dialects';
import type { OperationTypes, PlainOperation } from '@tollgate/neutral';
import { succeed } from '@tollgate/contracts';
import type { ClientRequest, ProviderConnection } from '@tollgate/providers';
import type { CallWire, CallWireOptions } from './call-wire.ts';
import { TranslatedOperation } from './translated-operation.ts';

type Join = (
  connection: ProviderConnection,
  request: ClientRequest,
  options: CallWireOptions,
) => Result<CallWire, Failure> | null;

const JOINS: ReadonlyMap<string, Join> = new Map(
  Object.values<AnyOperationCodec>(OPERATION_CODECS).map((codec) => [
    codec.dialect,
    joinFor(codec),
  ]),
);

/** The way from an operation's dialect to the connection; null where there is none. */
export function joinOperation(
  dialect: Dialect,
  ...[connection, request, options]: Parameters<Join>
): ReturnType<Join> {
  return JOINS.get(dialect)?.(connection, request, options) ?? null;
}

function joinFor<Operation extends PlainOperation>(codec: OperationCodec<Operation>): Join {
  const known = new WeakMap<ClientRequest, Result<OperationTypes[Operation]['request'], Failure>>();
  return (connection, request, options) => {
    const wire = connection.operations?.[codec.operation];
    if (!wire) return null;
    const decoded = known.get(request) ?? codec.decodeRequest(sourceOf(request));
    known.set(request, decoded);
    if (!decoded.ok) return decoded;
    return succeed(new TranslatedOperation<Operation>(wire, codec, decoded.value, options));
  };
}

function sourceOf({ body, clientHeaders }: ClientRequest) {
  const contentType = clientHeaders?.['content-type'];
  return contentType === undefined ? { body } : { body, contentType };
}
