import { fail, failure, type ProviderSlug } from '@tollgate/contracts';
import type { Provider } from './provider.ts';

/** A vendor that connections may name already and that no code speaks to yet. */
export function unsupportedProvider(slug: ProviderSlug, defaultBaseUrl: string | null): Provider {
  const notYet = failure('provider.misconfigured', {
    message: `Calls to the provider "${slug}" are not supported yet.`,
  });
  return { slug, defaultBaseUrl, isSupported: false, connect: () => fail(notYet) };
}
