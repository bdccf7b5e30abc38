import { succeed } from '@tollgate/contracts';
import { readConnectionParts } from '../connection-parts.ts';
import { decodeModels } from '../decode-models.ts';
import type { Provider } from '../provider.ts';
import { headersFor, readHeaderParts } from './headers.ts';
import { messagesConnection } from './messages-connection.ts';

/** Anthropic's own API: messages and the counting of tokens. */
export const anthropic: Provider = {
  slug: 'anthropic',
  defaultBaseUrl: 'https://api.anthropic.com',
  isSupported: true,
  connect: (parts) => {
    const read = readConnectionParts(parts, true);
    if (!read.ok) return read;
    const { url, basePath } = read.value;
    const headerParts = readHeaderParts(parts);
    const connection = messagesConnection({
      origin: url.origin,
      path: `${basePath}/v1/messages`,
      headerParts,
      signing: null,
      modelList: {
        path: `${basePath}/v1/models?limit=1000`,
        headers: headersFor(headerParts),
        decode: decodeModels,
      },
    });
    return succeed(connection);
  },
};
