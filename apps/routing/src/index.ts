export { type RoutingSettings, routingSettings } from './routing.config.ts';
export { RoutingModule } from './routing.module.ts';
export { type RoutingStart, startRouting } from './start-routing.ts';
