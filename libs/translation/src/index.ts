export { type CallWire, callWire, type CallWireOptions } from './call-wire.ts';
export { CHAT_CODECS, codecFor } from './codecs.ts';
