import { renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Mode } from './options.ts';

/** What `dev.json` tells scripts about the running installation. */
export interface DevFacts {
  readonly gatewayUrl: string;
  readonly controlPlaneUrl: string;
  readonly simulatorUrl: string;
  readonly apiKey: string;
  readonly adminToken: string;
  readonly natsUrl: string;
  readonly postgresUrl: string;
  readonly clickhouseUrl: string;
  readonly mode: Mode;
  readonly pids: Readonly<Record<string, number>>;
}

/** `dev.json` in the data folder: there once all is ready, gone at the end, never half written. */
export class DevFile {
  private readonly file: string;

  constructor(home: string) {
    this.file = path.join(home, 'dev.json');
  }

  write(facts: DevFacts): void {
    writeFileSync(`${this.file}.new`, `${JSON.stringify(facts, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${this.file}.new`, this.file);
  }

  remove(): void {
    rmSync(this.file, { force: true });
  }
}
