export { Admin, type Resource } from './admin.ts';
export { eventually } from './eventually.ts';
export { type HookMessage, HookReceiver } from './hook-receiver.ts';
export { type JournalEntry, Oracle, type Stored } from './oracle.ts';
export { type Instance, startSystem, type System, type SystemOptions } from './system.ts';
export { type Seen, Traffic } from './traffic.ts';
export {
  bodyOf,
  readChatRecordings,
  readRecordings,
  type Recording,
  recordingsFolder,
  Replay,
} from './recordings.ts';
export { OtlpCollector } from './otlp-collector.ts';
export { clickhouseText, isInBytes, isInFiles, postgresText } from './traces-of.ts';
