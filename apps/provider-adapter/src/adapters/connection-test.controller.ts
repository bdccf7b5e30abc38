import { Controller } from '@nestjs/common';
import {
  type ConnectionTestAnswer,
  type ConnectionTestRequest,
  testConnection,
} from '@tollgate/contracts';
import { Answers } from '@tollgate/messaging';
import { ConnectionTests } from '../application/connection-tests.ts';

/** Operators who try a connection, through the control plane. */
@Controller()
export class ConnectionTestController {
  constructor(private readonly tests: ConnectionTests) {}

  @Answers(testConnection)
  test(request: ConnectionTestRequest): Promise<ConnectionTestAnswer> {
    return this.tests.test(request);
  }
}
