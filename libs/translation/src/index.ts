export { type CallWire, callWire, type CallWireOptions } from './call-wire.ts';
