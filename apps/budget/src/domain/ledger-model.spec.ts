import fc from 'fast-check';
import { isWithinLimits, openingState, runPlan } from '../../test/ledger-scenarios.ts';
import { commandPlans } from '../../test/ledger-steps.ts';
import { applyCommand, heldByGrants } from './ledger-model.ts';

describe('the model of the ledger', () => {
  it('keeps settled + granted within every hard limit, over any interleaving', () => {
    fc.assert(
      fc.property(commandPlans, (plan) => {
        let state = openingState();
        runPlan(plan, (command) => {
          state = applyCommand(state, command);
          expect(isWithinLimits(state)).toBe(true);
          expect(heldByGrants(state)).toEqual(
            new Map([...state.windows].map(([id, window]) => [id, window.granted])),
          );
          return state;
        });
      }),
      { numRuns: 500 },
    );
  });

  it('holds nothing once all grants have ended and all is settled', () => {
    fc.assert(
      fc.property(commandPlans, (plan) => {
        let state = openingState();
        const world = runPlan(plan, (command) => (state = applyCommand(state, command)));
        for (const command of world.quiet()) state = applyCommand(state, command);
        for (const window of state.windows.values()) expect(window.granted).toBe(0n);
        for (const grant of state.grants.values()) expect(grant.state).toBe('closed');
        expect(state.requests.size).toBe(world.finished);
      }),
      { numRuns: 500 },
    );
  });
});
