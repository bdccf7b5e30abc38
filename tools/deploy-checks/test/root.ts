import path from 'node:path';

/** The workspace. */
export const root = path.join(__dirname, '..', '..', '..');
