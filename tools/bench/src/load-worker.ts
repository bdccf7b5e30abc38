import { type Load, runLoad } from './load.ts';

/* A process of its own, so that the client's work is not counted and does not wait for others: one load in, one result out. */

process.on('message', (load: Load) => {
  runLoad(load).then(
    (result) => process.send?.({ result }),
    (error: unknown) =>
      process.send?.({ error: error instanceof Error ? error.message : String(error) }),
  );
});
