import { createReadStream, existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** One recorded exchange with a provider. */
export interface Recording {
  readonly provider: string;
  readonly endpoint: string;
  readonly url: string;
  readonly status: number;
  readonly kind: string;
  readonly reqJson?: Readonly<Record<string, unknown>>;
  /** A form. */
  readonly reqB64?: string;
  readonly respHeaders: Readonly<Record<string, string>>;
  readonly reqHeaders: Readonly<Record<string, string>>;
  readonly respText?: string;
  readonly respB64?: string;
}

/** The folder of the recordings beside the checkout; undefined where it is absent. */
export function recordingsFolder(root: string): string | undefined {
  const folder = path.join(root, '..', 'shared', 'recordings');
  return existsSync(folder) ? folder : undefined;
}

/** The chat completions of a provider that succeeded. */
export function readChatRecordings(
  folder: string,
  provider: string,
): Promise<readonly Recording[]> {
  return readRecordings(folder, provider, 'chat/completions');
}

/** The exchanges of a provider on one endpoint that succeeded and whose request is JSON, or a form that was recorded whole. */
export async function readRecordings(
  folder: string,
  provider: string,
  endpoint: string,
): Promise<readonly Recording[]> {
  const found: Recording[] = [];
  for await (const line of createInterface({
    input: createReadStream(path.join(folder, `${provider}.jsonl`)),
  })) {
    const recording: Recording = JSON.parse(line);
    const isWanted = recording.endpoint === endpoint && recording.status === 200;
    const hasAnswer = recording.respText !== undefined || recording.respB64 !== undefined;
    if (isWanted && hasAnswer && hasRequest(recording)) found.push(recording);
  }
  return found;
}

/** Some forms were left out: a few words stand for them. */
function hasRequest({ reqJson, reqB64 = '' }: Recording): boolean {
  return reqJson !== undefined || Buffer.from(reqB64, 'base64').toString('latin1', 0, 2) === '--';
}

/** A provider that answers every request with the recording that is current, and remembers the last body it got. */
export class Replay {
  private readonly server: Server;
  private recording: Recording | undefined;
  private sliceBytes = 997;
  /** The last request's JSON; empty for a form. */
  lastBody: Readonly<Record<string, unknown>> = {};
  lastBytes = Buffer.alloc(0);
  /** Path and query of the last request. */
  lastPath = '';

  private constructor() {
    this.server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        this.lastPath = request.url ?? '';
        this.lastBytes = Buffer.concat(parts);
        const isJson = this.lastBytes[0] === 0x7b;
        this.lastBody = isJson ? JSON.parse(this.lastBytes.toString('utf8')) : {};
        const { recording } = this;
        if (!recording) return void response.writeHead(500).end();
        const type = recording.kind === 'sse' ? 'text/event-stream' : 'application/json';
        response.writeHead(recording.status, {
          'content-type': recording.respHeaders['content-type'] ?? type,
        });
        const bytes = bodyOf(recording);
        for (let at = 0; at < bytes.length; at += this.sliceBytes) {
          response.write(bytes.subarray(at, at + this.sliceBytes));
        }
        response.end();
      });
    });
  }

  static async start(): Promise<Replay> {
    const replay = new Replay();
    await new Promise<void>((resolve) => replay.server.listen(0, '127.0.0.1', resolve));
    return replay;
  }

  get url(): string {
    const address = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${address.port}`;
  }

  play(recording: Recording, sliceBytes: number): void {
    this.recording = recording;
    this.sliceBytes = sliceBytes;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}

/** The recorded answer's body. */
export function bodyOf({ respText, respB64 }: Recording): Buffer {
  return respB64 === undefined
    ? Buffer.from(respText ?? '', 'utf8')
    : Buffer.from(respB64, 'base64');
}
