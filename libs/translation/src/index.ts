export { type CallWire, callWire, type CallWireOptions } from './call-wire.ts';
export { ContinuableAnswer, type Handover } from './continuable-answer.ts';
