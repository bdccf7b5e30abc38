export { findNatsServer } from './nats/find-server.ts';
export { choosePort, findFreePort } from './process/free-port.ts';
export { type Guarded, Guardian } from './process/guardian.ts';
export { ManagedProcess, type ProcessSpec } from './process/managed-process.ts';
export { removeStackHome } from './remove-home.ts';
export { startStack } from './stack.ts';
export type { ExternalServers, Stack, StackOptions, StackPart } from './stack-options.ts';
