export { type ClickHouse, connectClickHouse, type ConnectOptions } from './connect.ts';
export type { InsertLines, RunOptions } from './connect.ts';
export { ClickHouseFailure, type FailureKind, toFailure } from './failure.ts';
export { type Migration, migrate, MigrationError } from './migrate.ts';
export { waitForServer, type WaitOptions } from './wait-for-server.ts';
