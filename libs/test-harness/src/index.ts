export { type StackHandle, type UseStackOptions, useStack } from './use-stack.ts';
export { signalTree } from './signal-tree.ts';
