import { surchargeAsked } from './surcharge.ts';

describe('a surcharge', () => {
  it.each([
    [{ service_tier: 'priority' }, 'service_tier'],
    [{ service_tier: 'performance' }, 'service_tier'],
    [{ serviceTier: 'SERVICE_TIER_PRIORITY' }, 'serviceTier'],
    [{ speed: 'fast' }, 'speed'],
    [{ inference_geo: 'us' }, 'inference_geo'],
    [{ service_tier: 'auto', speed: 'standard', inference_geo: 'global' }, null],
    [{ service_tier: 'flex' }, null],
    [{ service_tier: null, inference_geo: null }, null],
    [{}, null],
  ])('is found by its field: %j', (body, field) => {
    expect(surchargeAsked(body)).toBe(field);
  });
});
