export * from './bus.ts';
export * from './durable.ts';
export * from './config-store.ts';
export * from './value-store.ts';
export { BusFailure } from './bus-failure.ts';
export type {
  EventHandler,
  RequestContext,
  RequestHandler,
  StreamHandler,
} from './bus/handlers.ts';
export type { ServiceHost } from './bus/service-host.ts';
export {
  DEAD_LETTER_STREAM,
  DEAD_LETTER_SUBJECTS,
  StreamMismatchError,
  type StreamSizes,
} from './durable/streams.ts';
export { ConsumerMismatchError } from './durable/consumer-definition.ts';
export { type BusLog, SILENT } from './log.ts';
export { connectMessaging, type Messaging, type MessagingOptions } from './messaging.ts';
export { BusClient } from './nest/bus-client.ts';
export { Answers, BUS_TRANSPORT, Hears, Serves } from './nest/handler-decorators.ts';
export { MessagingModule } from './nest/messaging.module.ts';
export { type BusTimings, DEFAULT_TIMINGS } from './wire/limits.ts';
