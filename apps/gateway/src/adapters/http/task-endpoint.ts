import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Failure, failure, type IdFactory, type KeyPolicy } from '@tollgate/contracts';
import type { Dialect } from '@tollgate/dialects';
import type { Authentication, Authenticator } from '../../application/authenticator.ts';
import { Exchange } from '../../application/exchange.ts';
import type { AdmittedRequest, ClientAnswer, ExchangePorts } from '../../application/ports.ts';
import { type CallExtras, NO_EXTRAS, readCallExtras } from '../../domain/request/call-extras.ts';
import { readMetadataHeader } from '../../domain/request/metadata-header.ts';
import { readProviderKey } from '../../domain/request/provider-key.ts';
import { readRequestHead, type RequestHead } from '../../domain/request/request-head.ts';
import { isTakenType, unsupportedType } from './content-types.ts';
import type { Gate } from './gate.ts';
import type { UrlTarget } from './google-url.ts';
import { type AnswerServices, HttpAnswer } from './http-answer.ts';
import { JsonArrayAnswer } from './json-array-answer.ts';
import type { RouteMetrics } from './metrics.ts';
import type { BodyReader, BodyTaker } from './read-body.ts';

/** More header lines than any client sends; Node drops those beyond its own limit, so none is missed. */
export const MAX_HEADERS = 100;

export interface EndpointPorts extends ExchangePorts {
  readonly gate: Gate;
  readonly authenticator: Authenticator;
  readonly bodies: BodyReader;
  readonly answers: AnswerServices;
  readonly newId: IdFactory;
  readonly newTraceparent: () => string;
}

/** An endpoint that takes tasks in one dialect, on Node's own request and response. */
export class TaskEndpoint {
  constructor(
    private readonly ports: EndpointPorts,
    private readonly dialect: Dialect,
    private readonly metrics: RouteMetrics,
  ) {}

  /** Never throws: a bug answers 500. */
  handle(request: IncomingMessage, response: ServerResponse, url: UrlTarget | null = null): void {
    const { ports, metrics } = this;
    const startedTick = ports.clock.tick();
    const refused = ports.gate.enter();
    const head = readRequestHead(request.rawHeaders, url?.keys);
    const requestId = ports.newId('request');
    const answer = new HttpAnswer(
      response,
      this.dialect,
      requestId,
      head.clientRequestId ?? requestId,
      ports.answers,
      (status) => {
        metrics.observe(status, (ports.clock.tick() - startedTick) / 1_000);
        if (refused === null) ports.gate.leave();
      },
    );
    if (refused !== null) return answer.refuse(refused, []);
    const visit = new Visit(ports, this.dialect, request, head, url, answer, startedTick);
    try {
      visit.start();
    } catch (error) {
      visit.fail(error);
    }
  }
}

/** One request until its body has arrived and an exchange takes over. */
class Visit implements Authentication, BodyTaker {
  private readonly receivedAt: number;
  private policy: KeyPolicy | null = null;
  private authMs = 0;
  private metadata: Readonly<Record<string, string>> | null = null;
  private extras: CallExtras = NO_EXTRAS;
  private readonly traceparent: string;

  constructor(
    private readonly ports: EndpointPorts,
    private readonly dialect: Dialect,
    private readonly request: IncomingMessage,
    private readonly head: RequestHead,
    private readonly url: UrlTarget | null,
    private readonly answer: HttpAnswer,
    private readonly startedTick: number,
  ) {
    this.receivedAt = ports.clock.now();
    this.traceparent = head.traceparent ?? ports.newTraceparent();
  }

  start(): void {
    if (this.request.rawHeaders.length > 2 * MAX_HEADERS) {
      const message = `The request has more than ${MAX_HEADERS} headers.`;
      return this.answer.refuse(failure('request.validation_error', { message }), []);
    }
    this.ports.authenticator.authenticate(this.head, this.request.socket, this);
  }

  onKnown(policy: KeyPolicy): void {
    this.policy = policy;
    this.authMs = this.ports.clock.tick() - this.startedTick;
    const problem = this.findProblem(policy);
    if (problem !== null) return this.onRefused(problem, policy);
    this.ports.bodies.read(this.request, this.head.contentLength, this);
  }

  onBody(body: Buffer): void {
    const { policy, ports } = this;
    if (policy === null) return;
    const exchange = new Exchange(ports, this.admitted(policy), this.clientAnswer());
    try {
      this.answer.listener = exchange;
      exchange.start(body);
    } catch (error) {
      this.fail(error);
      // What it took until then is let go.
      exchange.clientGone();
    }
  }

  onRefused(reason: Failure, policy: KeyPolicy | null = this.policy): void {
    if (policy !== null) this.recordRefusal(reason, policy);
    this.answer.refuse(reason, []);
  }

  fail(error: unknown): void {
    this.ports.onBug(error);
    this.answer.listener = null;
    this.answer.refuse(failure('gateway.internal'), []);
  }

  private findProblem(policy: KeyPolicy): Failure | null {
    const { contentType, contentEncoding, metadataText } = this.head;
    if (!isTakenType(contentType, this.dialect)) return unsupportedType(this.dialect);
    if (contentEncoding !== null && contentEncoding !== 'identity') {
      const message = 'The body must not be compressed.';
      return failure('request.unsupported_media_type', { message });
    }
    const extras = readCallExtras(this.head, this.dialect, this.url?.text ?? null);
    if (!extras.ok) return extras.failure;
    const brought = readProviderKey(this.head, policy);
    if (!brought.ok) return brought.failure;
    const { value: providerKey } = brought;
    this.extras = providerKey === null ? extras.value : { ...extras.value, providerKey };
    if (metadataText === null) return null;
    const read = readMetadataHeader(metadataText);
    if (!read.ok) return read.failure;
    this.metadata = read.value;
    return null;
  }

  private clientAnswer(): ClientAnswer {
    const isArray = this.url?.target.streamFormat === 'json-array';
    return isArray ? new JsonArrayAnswer(this.answer, this.dialect) : this.answer;
  }

  private recordRefusal(reason: Failure, policy: KeyPolicy): void {
    this.ports.recorder.record({
      request: this.admitted(policy),
      outcome: 'refused',
      failure: reason,
      profile: null,
      entry: null,
      draw: null,
      used: null,
      planMs: 0,
      grantMs: 0,
      providerMs: 0,
      ttftMs: null,
      totalMs: this.ports.clock.tick() - this.startedTick,
    });
  }

  private admitted(policy: KeyPolicy): AdmittedRequest {
    return {
      requestId: this.answer.requestId,
      clientRequestId: this.head.clientRequestId,
      traceparent: this.traceparent,
      policy,
      dialect: this.dialect,
      target: this.url?.target,
      extras: this.extras,
      metadata: this.metadata,
      receivedAt: this.receivedAt,
      receivedTick: this.startedTick,
      authMs: this.authMs,
    };
  }
}
