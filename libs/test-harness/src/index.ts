export { type StackHandle, type UseStackOptions, useStack } from './use-stack.ts';
export { signalTree } from './signal-tree.ts';
export { OUTBOUND_TRICKS, type OutboundTrick, trickUrl } from './outbound-tricks.ts';
