import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import { fail, failure, type Failure, type Result, succeed } from '@tollgate/contracts';
import {
  type FindKept,
  idsOfOthers,
  type KeptResponse,
  ownResponseOf,
  referencesOf,
  referencesOfKept,
} from '@tollgate/dialects';
import { type ValueKey, ValuesUnavailableError, type ValueStore } from '@tollgate/messaging';
import { readStored, type StoredValue } from '../domain/stored-value.ts';

/** Whose responses: nobody else finds them. */
export interface KeptOwner {
  readonly organizationId: string;
  readonly projectId: string;
}

/** Seals bytes for one organization and one name; what was sealed for another does not open. */
export interface ByteSealer {
  seal(organizationId: string, name: string, plain: Uint8Array): Buffer;
  open(organizationId: string, name: string, sealed: Buffer): Buffer | undefined;
}

/** `without_input`: a later request can name its items, but not go on from the response itself. */
export type KeepOutcome = 'kept' | 'without_input' | 'too_large' | 'failed';

export interface KeptResponsesParts {
  readonly values: ValueStore;
  readonly sealer: ByteSealer;
  /** Hears what became of each response that was to be kept. */
  readonly onKept: (outcome: KeepOutcome) => void;
  /** Hears why one could not be kept. */
  readonly onProblem: (error: unknown) => void;
}

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** Of one response, as JSON. */
const MOST_JSON_BYTES = 8 * 1024 * 1024;
/** What one request may bring back. */
const MOST_RESPONSES = 512;
const MOST_BYTES = 32 * 1024 * 1024;
const AT_ONCE = 16;

/** Responses that clients may name in later requests: found by their owner alone, sealed, for as long as there is room. */
export class KeptResponses {
  constructor(private readonly parts: KeptResponsesParts) {}

  /** Never rejects: an answer is not lost because it could not be kept. */
  async keep(owner: KeptOwner, kept: KeptResponse): Promise<void> {
    const failed = (thrown: unknown): KeepOutcome => {
      this.parts.onProblem(thrown);
      return 'failed';
    };
    this.parts.onKept(await this.tryToKeep(owner, kept).catch(failed));
  }

  /** Loads what these ids name, and all that leads on from there. Never rejects for an expected outcome. */
  async load(owner: KeptOwner, ids: readonly string[]): Promise<Result<FindKept, Failure>> {
    const load = new Load((id) => this.read(owner, id));
    try {
      const problem = await load.all(ids);
      return problem ? fail(problem) : succeed(load.find);
    } catch (thrown) {
      return fail(unavailable(thrown));
    }
  }

  /** The `response` object, as the client got it; null when it is not kept. */
  async response(
    owner: KeptOwner,
    id: string,
  ): Promise<Result<KeptResponse['response'] | null, Failure>> {
    if (ownResponseOf(id) !== id) return succeed(null);
    const found = await this.load(owner, [id]);
    return found.ok ? succeed(found.value(id)?.response ?? null) : found;
  }

  /** Its items go with it. */
  async delete(owner: KeptOwner, id: string): Promise<Result<null, Failure>> {
    try {
      await this.parts.values.delete(keyOf(owner, id));
      return succeed(null);
    } catch (thrown) {
      return fail(unavailable(thrown));
    }
  }

  private async tryToKeep(owner: KeptOwner, kept: KeptResponse): Promise<KeepOutcome> {
    const id = textOf(kept.response.id);
    if (await this.write(owner, id, { kept })) return this.pointTo(owner, id, kept, 'kept');
    const rest = { ...kept, input: null };
    if (await this.write(owner, id, { kept: rest }))
      return this.pointTo(owner, id, kept, 'without_input');
    return 'too_large';
  }

  /** Ids that a provider gave do not lead to the response by themselves. */
  private async pointTo(
    owner: KeptOwner,
    responseId: string,
    kept: KeptResponse,
    outcome: KeepOutcome,
  ): Promise<KeepOutcome> {
    await Promise.all(idsOfOthers(kept).map((id) => this.write(owner, id, { responseId })));
    return outcome;
  }

  private async write(owner: KeptOwner, id: string, value: StoredValue): Promise<boolean> {
    const json = Buffer.from(JSON.stringify(value));
    if (json.length > MOST_JSON_BYTES) return false;
    const key = keyOf(owner, id);
    const packed = await compress(json);
    return this.parts.values.put(key, this.parts.sealer.seal(key.owner, nameOf(key), packed));
  }

  private async read(owner: KeptOwner, id: string): Promise<Found | null> {
    const key = keyOf(owner, id);
    const sealed = await this.parts.values.get(key);
    const packed = sealed && this.parts.sealer.open(key.owner, nameOf(key), sealed);
    // Sealed by a key that is gone: as good as gone itself.
    if (!packed) return null;
    const json = await decompress(packed, { maxOutputLength: MOST_JSON_BYTES });
    return { value: readStored(json.toString()), bytes: json.length };
  }
}

interface Found {
  readonly value: StoredValue;
  readonly bytes: number;
}

/** One request's way from the ids that it names to all that it needs. */
class Load {
  private readonly responses = new Map<string, KeptResponse | null>();
  /** From ids that a provider gave to responses. */
  private readonly pointers = new Map<string, string | null>();
  private bytes = 0;

  constructor(private readonly read: (id: string) => Promise<Found | null>) {}

  readonly find: FindKept = (id) => {
    const responseId = ownResponseOf(id) ?? this.pointers.get(id);
    return (responseId && this.responses.get(responseId)) || undefined;
  };

  async all(ids: readonly string[]): Promise<Failure | null> {
    let wanted = ids;
    while (wanted.length > 0) {
      const fresh = [...new Set(wanted.map((id) => ownResponseOf(id) ?? id))].filter(
        (id) => !this.responses.has(id) && !this.pointers.has(id),
      );
      const next: string[] = [];
      for (let at = 0; at < fresh.length; at += AT_ONCE) {
        if (this.responses.size + this.pointers.size > MOST_RESPONSES || this.bytes > MOST_BYTES)
          return tooMuch();
        const loading = fresh.slice(at, at + AT_ONCE).map((id) => this.one(id));
        next.push(...(await Promise.all(loading)).flat());
      }
      wanted = next;
    }
    return null;
  }

  /** Answers what is needed besides. */
  private async one(id: string): Promise<readonly string[]> {
    const found = await this.read(id);
    this.bytes += found?.bytes ?? 0;
    const value = found?.value ?? null;
    if (ownResponseOf(id) === undefined) {
      const responseId = value && 'responseId' in value ? value.responseId : null;
      this.pointers.set(id, responseId);
      return responseId === null ? [] : [responseId];
    }
    const kept = value && 'kept' in value ? value.kept : null;
    this.responses.set(id, kept);
    return kept ? neededBy(kept) : [];
  }
}

/** What a response went on from, and what its own input and output name. */
function neededBy(kept: KeptResponse): readonly string[] {
  return [...referencesOfKept(kept), ...referencesOf({ input: kept.response.output })];
}

/** The id itself may be anything: no part of a subject. */
function keyOf({ organizationId, projectId }: KeptOwner, id: string): ValueKey {
  const hash = createHash('sha256').update(id).digest('base64url');
  return { owner: organizationId, group: projectId, id: hash };
}

/** What a value is sealed for. */
function nameOf({ group, id }: ValueKey): string {
  return `response.${group}.${id}`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function unavailable(thrown: unknown): Failure {
  if (!(thrown instanceof ValuesUnavailableError)) throw thrown;
  return failure('bus.disconnected', { internal: `kept responses: ${thrown.message}` });
}

function tooMuch(): Failure {
  const message = 'The request names more than can be brought back; send the items themselves.';
  return failure('request.reference_not_found', { param: 'input', message });
}
