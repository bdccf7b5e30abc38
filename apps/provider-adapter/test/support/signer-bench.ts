import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Signing } from '@tollgate/providers';
import type { AzureEnvironment } from '../../src/adapters/signers/entra-tokens.ts';
import { RequestSigners } from '../../src/adapters/signers/request-signers.ts';
import type { UnsignedRequest } from '../../src/application/request-signer.ts';
import { FakeIdentity } from './fake-identity.ts';

export const unsigned: UnsignedRequest = {
  origin: 'https://provider.example',
  method: 'POST',
  path: '/x?y=1',
  headers: ['content-type', 'application/json'],
  body: Buffer.from('{}'),
};

export const fresh = (): AbortSignal => new AbortController().signal;

/** Signers before a fake identity provider, with a clock of their own. Secrets in tests hold the word `canary`. */
export class SignerBench {
  nowMs = Date.now();
  readonly identity = new FakeIdentity();
  readonly signers: RequestSigners;

  private constructor(readonly folder: string) {
    this.signers = this.signersWith({});
  }

  static async start(): Promise<SignerBench> {
    const bench = new SignerBench(await mkdtemp(path.join(tmpdir(), 'signers-')));
    await bench.identity.start();
    return bench;
  }

  /** @param allowMachine whether the machine's own credentials may be used */
  signersWith(environment: AzureEnvironment, allowMachine = true): RequestSigners {
    const { connect } = this.identity;
    const epochMs = (): number => this.nowMs;
    const clock = { epochMs, monotonicMs: epochMs };
    return new RequestSigners({ connect, clock, environment, allowMachine });
  }

  /** The headers that were added. */
  async headersBy(signing: Signing, by = this.signers): Promise<Record<string, string>> {
    const signed = await by.sign(signing, unsigned, fresh());
    if (!signed.ok) throw new Error(`${signed.failure.code} ${signed.failure.internal}`);
    const pairs: Record<string, string> = {};
    for (let at = 0; at < signed.value.length; at += 2)
      pairs[signed.value[at] ?? ''] = signed.value[at + 1] ?? '';
    return pairs;
  }

  /** The code of the failure, which holds no secret. */
  async failureOf(signing: Signing, by = this.signers): Promise<string> {
    const signed = await by.sign(signing, unsigned, fresh());
    if (signed.ok) throw new Error('it was signed');
    expect(JSON.stringify(signed.failure)).not.toContain('canary');
    return signed.failure.code;
  }

  async stop(): Promise<void> {
    await this.signers.close();
    await this.identity.stop();
    await rm(this.folder, { recursive: true });
  }
}
