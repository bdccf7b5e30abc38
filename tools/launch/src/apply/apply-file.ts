import { readFileSync } from 'node:fs';
import path from 'node:path';
import { findReferences } from './references.ts';
import type { Target } from './target.ts';

export interface ApplyInput {
  /** As the user wrote it. */
  readonly file: string;
  /** Where relative paths begin: the file's own and those in it. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly target: Target;
}

export interface Report {
  readonly isApplied: boolean;
  readonly lines: readonly string[];
}

interface Resource {
  readonly section: string;
  readonly name: string;
  readonly project?: string;
}

interface Applied {
  readonly created: readonly Resource[];
  readonly changed: readonly Resource[];
  readonly createdKeys: readonly { project: string; name: string; key: string }[];
}

interface Refusal {
  readonly detail?: string;
  readonly errors?: readonly { line?: number; column?: number; field: string; message: string }[];
}

const TIMEOUT_MS = 60_000;

/** Sends the file with what it refers to. Throws when the file cannot be read or the control plane not be reached. */
export async function applyFile({
  file,
  folder,
  environment,
  target,
}: ApplyInput): Promise<Report> {
  const text = readFileSync(path.resolve(folder, file), 'utf8');
  const { variables, files } = findReferences(text);
  const answer = await fetch(`${target.url}/api/v1/config-file`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${target.adminToken}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      text,
      variables: valuesOf(variables, (name) => environment[name]),
      files: valuesOf(files, (name) => readIfThere(path.resolve(folder, name))),
    }),
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  // The API's own shapes; whatever else answers there is shown by its status.
  const body: unknown = await answer.json().catch(() => ({}));
  if (answer.ok) return { isApplied: true, lines: describe(body as Applied) };
  return { isApplied: false, lines: explain(file, answer.status, body as Refusal) };
}

/** What is not there is left out: the control plane names the place that asks for it. */
function valuesOf(
  names: readonly string[],
  find: (name: string) => string | undefined,
): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = find(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function describe({ created, changed, createdKeys }: Applied): string[] {
  const lines = [
    ...created.map((one) => `created  ${nameOf(one)}`),
    ...changed.map((one) => `changed  ${nameOf(one)}`),
    ...createdKeys.map(({ project, name, key }) => `key of ${project}/${name}, shown once: ${key}`),
  ];
  return lines.length ? lines : ['nothing to change'];
}

const nameOf = ({ section, project, name }: Resource): string =>
  `${section} ${project === undefined ? name : `${project}/${name}`}`;

function explain(file: string, status: number, { detail, errors }: Refusal): string[] {
  const places = (errors ?? []).map(({ line, column, field, message }) => {
    const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
    return `${place} ${field ? `${field}: ` : ''}${message}`;
  });
  return [...places, `${detail ?? 'The control plane refused the file.'} (${status})`];
}
