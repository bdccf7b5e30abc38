export { type GatewaySettings, gatewaySettings } from './gateway.config.ts';
export { GatewayModule } from './gateway.module.ts';
export type { GatewayMessaging } from './gateway-parts.ts';
export { type GatewayStart, type RunningGateway, startGateway } from './start-gateway.ts';
