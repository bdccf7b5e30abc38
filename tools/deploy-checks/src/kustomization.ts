import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { Document, readYaml } from './document.ts';

/** What a kustomization makes: its manifests, and the names that generators give. */
export interface Kustomization {
  readonly manifests: readonly Document[];
  /** ConfigMaps by name, with the keys that they hold. */
  readonly configMaps: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Secrets by name, with the file that their values come from. */
  readonly secrets: ReadonlyMap<string, string>;
  /** What patches are aimed at: `Kind/name`. */
  readonly patched: readonly string[];
}

interface Collected {
  manifests: Document[];
  configMaps: Map<string, ReadonlyMap<string, string>>;
  secrets: Map<string, string>;
  patched: string[];
}

/** Follows resources and generators. Throws when a file that is named is not there; secrets' files may be absent. */
export function resolveKustomization(folder: string): Kustomization {
  const collected: Collected = {
    manifests: [],
    configMaps: new Map(),
    secrets: new Map(),
    patched: [],
  };
  collect(folder, collected);
  return collected;
}

function collect(folder: string, into: Collected): void {
  const [kustomization = new Document(undefined)] = readYaml(
    path.join(folder, 'kustomization.yaml'),
  );
  for (const resource of kustomization.at('resources').texts()) {
    const target = path.join(folder, resource);
    if (!existsSync(target)) throw new Error(`${folder} names ${resource}, which is not there`);
    if (statSync(target).isDirectory()) collect(target, into);
    else into.manifests.push(...readYaml(target));
  }
  for (const generator of kustomization.at('configMapGenerator').list())
    into.configMaps.set(generator.at('name').text(), generatedKeys(folder, generator));
  for (const generator of kustomization.at('secretGenerator').list())
    for (const file of generator.at('envs').texts())
      into.secrets.set(generator.at('name').text(), path.join(folder, file));
  for (const patch of kustomization.at('patches').list())
    into.patched.push(`${patch.at('target', 'kind').text()}/${patch.at('target', 'name').text()}`);
}

function generatedKeys(folder: string, generator: Document): ReadonlyMap<string, string> {
  const literals = generator.at('literals').texts().map(splitAssignment);
  const files = generator
    .at('files')
    .texts()
    .map((file) => [path.basename(file), readFileSync(path.join(folder, file), 'utf8')] as const);
  return new Map([...literals, ...files]);
}

/** The names that an env file sets. */
export function readEnvFile(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map(splitAssignment));
}

function splitAssignment(line: string): readonly [string, string] {
  const at = line.indexOf('=');
  return [line.slice(0, at), line.slice(at + 1)];
}
