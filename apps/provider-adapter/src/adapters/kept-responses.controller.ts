import { Controller } from '@nestjs/common';
import {
  type KeptResponseAnswer,
  type KeptResponseRequest,
  readKeptResponse,
} from '@tollgate/contracts';
import { Answers } from '@tollgate/messaging';
import { KeptResponses } from '../application/kept-responses.ts';

/** Callers who look at a response that was kept, or have it deleted. */
@Controller()
export class KeptResponsesController {
  constructor(private readonly kept: KeptResponses) {}

  @Answers(readKeptResponse)
  async read({ action, responseId, ...owner }: KeptResponseRequest): Promise<KeptResponseAnswer> {
    const found = await this.kept.response(owner, responseId);
    if (!found.ok) return { outcome: 'unavailable' };
    if (found.value === null) return { outcome: 'not_found' };
    if (action === 'show') return { outcome: 'done', response: found.value };
    const deleted = await this.kept.delete(owner, responseId);
    return { outcome: deleted.ok ? 'done' : 'unavailable' };
  }
}
