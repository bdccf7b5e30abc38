export { type CallWire, callWire, type CallWireOptions, passesThrough } from './call-wire.ts';
export { ContinuableAnswer, type Handover } from './continuable-answer.ts';
export { keptReferences, withReferences } from './kept-references.ts';
