import { hash, randomFillSync } from 'node:crypto';
import { type Candidate, createIdFactory } from '@tollgate/contracts';
import type { Messaging } from '@tollgate/messaging';
import { findPrice, type PriceSheet, priceFromOverride } from '@tollgate/pricing';
import { hashKey } from '@tollgate/secrets';
import type { Telemetry } from '@tollgate/telemetry';
import { AnswerWatch } from './adapters/http/answer-watch.ts';
import {
  ENDPOINTS,
  MODEL_METHODS,
  MODELS_PATH,
  RESPONSES_PATH,
} from './adapters/http/endpoints.ts';
import { Gate } from './adapters/http/gate.ts';
import type { HttpServerOptions, TaskHandler } from './adapters/http/http-server.ts';
import { GatewayMetrics } from './adapters/http/metrics.ts';
import { registerSlotMetrics } from './adapters/http/slot-metrics.ts';
import { ModelsEndpoint } from './adapters/http/models-endpoint.ts';
import { ResponsesEndpoint } from './adapters/http/responses-endpoint.ts';
import { BodyReader } from './adapters/http/read-body.ts';
import { type EndpointPorts, TaskEndpoint } from './adapters/http/task-endpoint.ts';
import { Authenticator } from './application/authenticator.ts';
import { DrawDesk } from './application/draw-desk.ts';
import { GrantDesk } from './application/grant-desk.ts';
import { PlanDesk } from './application/plan-desk.ts';
import { Recorder } from './application/recorder.ts';
import { SlotDesk } from './application/slot-desk.ts';
import { createTraceparents } from './domain/request/trace-context.ts';
import type { GatewaySettings } from './gateway.config.ts';

/** What the gateway uses of the bus. */
export type GatewayMessaging = Pick<Messaging, 'bus' | 'publisher' | 'configReader' | 'serverFor'>;

const SWEEP_MS = 1_000;
const MAX_PENDING_REFUSALS = 1_000;
const MOST_DRAW_TERMS = 10_000;

export interface GatewayParts {
  readonly http: HttpServerOptions;
  readonly plans: PlanDesk;
  readonly grants: GrantDesk;
  readonly slots: SlotDesk;
  readonly gate: Gate;
  /** Stops the timers. */
  stop(): void;
}

/** Builds the gateway's own parts, apart from Nest and the HTTP server. */
export function buildGateway(
  settings: GatewaySettings,
  { bus, publisher, configReader }: GatewayMessaging,
  { log, metrics: registry }: Telemetry,
): GatewayParts {
  const fillRandom = (bytes: Uint8Array): void => void randomFillSync(bytes);
  const newId = createIdFactory({ now: Date.now, fillRandom });
  const clock = { now: Date.now, tick: () => performance.now() };
  const onBug = (error: unknown): void => log.error({ err: error }, 'the gateway failed inside');
  const gate = new Gate(settings.TOLLGATE_MAX_CONCURRENT);
  const metrics = new GatewayMetrics(registry, () => gate.inFlight);
  const plans = new PlanDesk({
    bus,
    newId,
    now: Date.now,
    priceOf,
    maxEntries: settings.TOLLGATE_PLAN_CACHE_SIZE,
    staleMs: settings.TOLLGATE_PLAN_STALE_MS,
    defaultOutputCap: settings.TOLLGATE_DEFAULT_OUTPUT_CAP,
  });
  const sha256 = (text: string): string => hash('sha256', text, 'hex');
  const draws = new DrawDesk({ newId, hash: sha256, most: MOST_DRAW_TERMS });
  configReader.onChange((keys) => plans.configChanged(keys));
  const grants = new GrantDesk({ bus, newId, now: Date.now });
  const slots = new SlotDesk({ bus, clock, patienceMs: settings.TOLLGATE_SLOT_PATIENCE_MS });
  registerSlotMetrics(registry, () => slots.totals());
  const recorder = new Recorder({
    publisher,
    priceOf,
    maxPendingRefusals: MAX_PENDING_REFUSALS,
    onDropped: () => metrics.droppedRecords.inc(),
    onLost: (error) => {
      metrics.lostRecords.inc();
      log.error({ err: error }, 'a record was lost');
    },
  });
  const authenticator = new Authenticator({
    config: configReader,
    hashKey,
    now: Date.now,
    trustedProxies: settings.TOLLGATE_TRUSTED_PROXIES,
    onRefused: (reason) => metrics.authFailures.inc({ reason }),
  });
  const watch = new AnswerWatch({
    heartbeatMs: settings.TOLLGATE_HEARTBEAT_MS,
    blockedMs: settings.TOLLGATE_UNREAD_TIMEOUT_MS,
    sweepMs: Math.min(SWEEP_MS, settings.TOLLGATE_HEARTBEAT_MS),
  });
  const bodies = new BodyReader({
    maxBytes: settings.TOLLGATE_BODY_LIMIT,
    stallMs: settings.TOLLGATE_BODY_STALL_MS,
    sweepMs: Math.min(SWEEP_MS, settings.TOLLGATE_BODY_STALL_MS),
  });
  const answers = { watch, now: Date.now, isClosing: () => gate.isClosing };
  const ports: EndpointPorts = {
    bus,
    plans,
    draws,
    grants,
    slots,
    recorder,
    clock,
    random: Math.random,
    smallestOutputCap: settings.TOLLGATE_SMALLEST_OUTPUT_CAP,
    onBug,
    gate,
    authenticator,
    bodies,
    answers,
    newId,
    newTraceparent: createTraceparents(fillRandom),
  };
  const tasks = new Map<string, TaskHandler>();
  for (const { path, dialect } of [...ENDPOINTS, ...MODEL_METHODS]) {
    const endpoint = new TaskEndpoint(ports, dialect, metrics.forRoute(path));
    tasks.set(path, (request, response, url) => endpoint.handle(request, response, url));
  }
  const models = new ModelsEndpoint(
    { authenticator, config: configReader, answers, newId, tick: clock.tick },
    metrics.forRoute(MODELS_PATH),
  );
  const responses = new ResponsesEndpoint(
    { authenticator, bus, answers, newId, tick: clock.tick },
    metrics.forRoute(`${RESPONSES_PATH}/{id}`),
  );
  return {
    http: {
      tasks,
      responses: (request, response, asked) => responses.handle(request, response, asked),
      models: (request, response, asked) => models.handle(request, response, asked),
      newId,
      headersTimeoutMs: settings.TOLLGATE_HEADERS_TIMEOUT_MS,
      requestTimeoutMs: settings.TOLLGATE_REQUEST_TIMEOUT_MS,
      onBug,
    },
    plans,
    grants,
    slots,
    gate,
    stop: () => {
      watch.stop();
      bodies.stop();
    },
  };
}

/** The connection's own price or the policy's default, else the catalogue's at that time. */
function priceOf(candidate: Candidate, atMs: number): PriceSheet | undefined {
  return candidate.priceOverride
    ? priceFromOverride(candidate.priceOverride, candidate.priceSource)
    : findPrice(candidate.provider, candidate.model, atMs);
}
