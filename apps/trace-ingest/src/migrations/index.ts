import { keyUseMigration } from './key-use.migration.ts';
import { requestsMigration } from './requests.migration.ts';
import { rollUpsMigration } from './roll-ups.migration.ts';

/** The schema of this service, step by step. What was applied is never changed; what changes is added. */
export const MIGRATIONS = [requestsMigration, rollUpsMigration, keyUseMigration];
