import type { Logger } from './logger.ts';

/**
 * Waits for SIGTERM or SIGINT, then stops and exits: 0 when the stop went well, 1 when it failed or took longer than
 * `graceMs`. A second signal exits at once.
 */
export function runUntilSignal(stop: () => Promise<void>, log: Logger, graceMs = 45_000): void {
  let stopping = false;
  const onSignal = (signal: string): void => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, 'stopping');
    setTimeout(() => {
      log.error('did not stop within the grace period');
      process.exit(1);
    }, graceMs).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}
