import type { RouteTarget } from '@tollgate/contracts';

/** Stands for whatever model the caller asked for. */
export const ANY_MODEL = '*';

/**
 * The targets that serve the model asked for, each with the name that its provider knows.
 * `asked` is a model name, or `provider/model` split at the first slash when what stands before it is a provider slug or a
 * connection's name. Targets that name the model come alone; those that take any model serve when none names it.
 * @param known what connections say of their models: a target for any model serves them under these terms
 */
export function matchTargets(
  targets: readonly RouteTarget[],
  asked: string | null,
  known: readonly RouteTarget[] = [],
): readonly RouteTarget[] {
  if (asked === null) return targets.filter((target) => target.model !== ANY_MODEL);
  const exact = targets.filter((target) => target.model === asked);
  if (exact.length) return exact;
  const qualified = targets.filter((target) => {
    const model = modelOn(target, asked);
    return model !== null && target.model === model;
  });
  if (qualified.length) return qualified;
  return targets
    .flatMap((target) => {
      if (target.model !== ANY_MODEL) return [];
      return [withModel(target, modelOn(target, asked) ?? asked, known)];
    })
    .filter((target) => isOpenTo(target, asked, targets));
}

/** A target for any model, as the target for this one. What the target itself says comes first. */
function withModel(target: RouteTarget, model: string, known: readonly RouteTarget[]): RouteTarget {
  const facts = known.find(
    (one) => one.model === model && one.aiProviderId === target.aiProviderId,
  );
  if (!facts) return { ...target, model };
  const { contextWindow, maxOutputTokens, price } = facts;
  const capabilities = target.capabilities ?? facts.capabilities;
  return { ...target, model, capabilities, contextWindow, maxOutputTokens, price };
}

/** The model's name on that connection, when `asked` names the connection or its provider before the first slash. */
function modelOn(target: RouteTarget, asked: string): string | null {
  const slash = asked.indexOf('/');
  if (slash <= 0 || slash === asked.length - 1) return null;
  const prefix = asked.slice(0, slash);
  return prefix === target.provider || prefix === target.connectionName
    ? asked.slice(slash + 1)
    : null;
}

/** Once the caller has named a connection or a provider, other ones do not serve. */
function isOpenTo(target: RouteTarget, asked: string, all: readonly RouteTarget[]): boolean {
  const named = all.some((other) => other.model === ANY_MODEL && modelOn(other, asked) !== null);
  return !named || modelOn(target, asked) !== null;
}
