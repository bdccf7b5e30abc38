import type { Failure } from '@tollgate/contracts';
import { RpcException } from '@nestjs/microservices';

/** Thrown by a handler to answer with a known failure. An RpcException, so that Nest's exception filters hand it on. */
export class BusFailure extends RpcException {
  constructor(readonly failure: Failure) {
    super(failure);
  }
}
