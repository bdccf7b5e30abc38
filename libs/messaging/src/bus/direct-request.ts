import { type Failure, fail, failure, type Result, succeed } from '@tollgate/contracts';
import { type BusLog, errorText } from '../log.ts';
import type { Deadlines, Timed } from './deadlines.ts';
import { handlerFailure } from './handler-failure.ts';
import type { RequestContext, RequestRoute } from './handlers.ts';

/** A request whose handler lives in this process. Question and answer pass by reference. */
export class DirectRequest implements Timed {
  readonly deadlineAt: number;
  private isDone = false;

  constructor(
    private readonly route: RequestRoute,
    question: unknown,
    context: RequestContext,
    private readonly resolve: (result: Result<unknown, Failure>) => void,
    private readonly deadlines: Deadlines,
    private readonly log: BusLog,
  ) {
    this.deadlineAt = context.deadlineAt;
    route.work.enter();
    deadlines.add(this);
    queueMicrotask(() => void this.run(question, context));
  }

  expire(): void {
    this.finish(fail(failure('bus.deadline_exceeded')));
  }

  private async run(question: unknown, context: RequestContext): Promise<void> {
    try {
      if (Date.now() >= this.deadlineAt) this.expire();
      else this.finish(succeed(await this.route.handle(question, context)));
    } catch (thrown) {
      const reason = handlerFailure(thrown);
      if (reason.code === 'bus.handler_failed') {
        const { subject } = this.route.message;
        this.log.error({ error: errorText(thrown), subject }, 'a handler of requests threw');
      }
      this.finish(fail(reason));
    } finally {
      this.route.work.leave();
    }
  }

  private finish(result: Result<unknown, Failure>): void {
    if (this.isDone) return;
    this.isDone = true;
    this.deadlines.remove(this);
    this.resolve(result);
  }
}
