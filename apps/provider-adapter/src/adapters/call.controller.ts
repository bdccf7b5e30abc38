import { Controller } from '@nestjs/common';
import { callProvider } from '@tollgate/contracts';
import { Serves } from '@tollgate/messaging';
import type { ClientCall } from '../application/call-parts.ts';
import { ProviderCalls } from '../application/provider-calls.ts';

/** Calls to providers, as they come over the bus. */
@Controller()
export class CallController {
  constructor(private readonly calls: ProviderCalls) {}

  @Serves(callProvider)
  serve(call: ClientCall): void {
    this.calls.take(call);
  }
}
