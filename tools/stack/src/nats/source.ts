/** Where a nats-server can come from, in the order in which they are tried. */
export const natsSources = ['release', 'apt', 'go'] as const;

export type NatsSource = (typeof natsSources)[number];

/** The version that is fetched where the source lets us choose. Earlier 2.12s have advisories. */
export const natsVersion = '2.12.7';

/**
 * Fetches a nats-server into an empty folder of its own and returns the path of the binary.
 * Rejects with a reason a reader can act on.
 */
export type FetchNatsServer = (folder: string) => Promise<string>;
