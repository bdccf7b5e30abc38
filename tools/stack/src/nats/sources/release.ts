import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { errorMessage } from '../../process/error-facts.ts';
import { run } from '../../process/run.ts';
import { natsVersion } from '../source.ts';

/**
 * SHA-256 of the release archives, as pinned by the official images of the same version
 * (docker-library "nats" 2.12.7, April 2026). Platforms without a pin are not downloaded.
 */
const checksums: Readonly<Record<string, string>> = {
  'linux-amd64': '570d2d627db111e679cc1e6bc57ba78f373ed1769acd8dc9c21c8f62d15b3c52',
  'linux-arm64': '3b9a79986778285c0e5acaba0b1218b72f6159db68fe5b8916a7d846240f9f22',
};

const answerTimeoutMs = 5_000;
const transferTimeoutMs = 60_000;
const maxArchiveBytes = 64 * 1024 * 1024;

/** Downloads the release archive and checks it against the pinned checksum before unpacking. */
export async function fetchRelease(folder: string): Promise<string> {
  const target = `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;
  const checksum = checksums[target];
  if (checksum === undefined) throw new Error(`no pinned checksum for ${target}`);
  const name = `nats-server-v${natsVersion}-${target}`;
  const url = `https://github.com/nats-io/nats-server/releases/download/v${natsVersion}/${name}.tar.gz`;
  const archive = await download(url);
  const actual = createHash('sha256').update(archive).digest('hex');
  if (actual !== checksum) throw new Error(`checksum of ${url} is ${actual}, not ${checksum}`);
  const file = path.join(folder, 'archive.tar.gz');
  fs.writeFileSync(file, archive);
  await run('tar', ['-xzf', file, '-C', folder], { timeoutMs: transferTimeoutMs });
  return path.join(folder, name, 'nats-server');
}

async function download(url: string): Promise<Buffer> {
  const controller = new AbortController();
  let timer = setTimeout(() => controller.abort(), answerTimeoutMs);
  try {
    const response = await fetch(url, { signal: controller.signal });
    if (!response.ok || !response.body) throw new Error(`answered ${response.status}`);
    clearTimeout(timer);
    timer = setTimeout(() => controller.abort(), transferTimeoutMs);
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body) {
      size += chunk.byteLength;
      if (size > maxArchiveBytes) throw new Error('archive is larger than expected');
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } catch (error) {
    const reason = controller.signal.aborted ? 'no answer in time' : errorMessage(error);
    throw new Error(`${url}: ${reason}`);
  } finally {
    clearTimeout(timer);
  }
}
