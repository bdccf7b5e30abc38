import { hashKey } from '@tollgate/secrets';
import { IsNull } from 'typeorm';
import { keys, routes } from '../database/tables.ts';
import type { KeyRow, ProjectRow } from '../domain/rows.ts';
import { unprocessable } from '../http/problem.ts';
import { createKey, patchKey, rotateKey } from '../keys/key-writes.ts';
import type { Application, Effect } from './apply-config-file.ts';
import type { DeclaredKey } from './config-file.schema.ts';
import { effectOf } from './effect-of.ts';
import { findProject, requireNamed } from './find-by-name.ts';

const KEY_TEXT = /^tg_live_[0-9A-Za-z]{32,100}$/;

/** A key by its name. One that was revoked stays revoked, whatever the file says. */
export async function applyKey(application: Application, declared: DeclaredKey): Promise<Effect> {
  const { change } = application;
  const { project: projectName, route, textFromEnv, ...fields } = declared;
  const project = await findProject(application, projectName);
  const routeId =
    typeof route === 'string'
      ? await requireNamed(change, routes, project.id, { field: 'route', name: route })
      : route;
  const text = textFromEnv === undefined ? undefined : readText(application, textFromEnv);
  const existing = await findKey(application, project, fields.name, text);
  if (!existing) {
    const made = await createKey(
      change,
      { projectId: project.id, routeId, ...fields },
      { createdBy: 'config-file', text },
    );
    if (text === undefined) {
      application.createdKeys.push({ project: project.name, name: fields.name, key: made.text });
    }
    return 'created';
  }
  if (existing.revokedAt) return 'unchanged';
  const patched = await patchKey(change, existing.id, { ...fields, routeId });
  if (text === undefined || hashKey(text) === existing.keyHash) return effectOf(existing, patched);
  await rotateKey(change, existing.id, { text });
  return 'changed';
}

function readText(application: Application, variable: string): string {
  const text = application.environment[variable];
  if (text !== undefined && KEY_TEXT.test(text)) return text;
  throw unprocessable(
    'textFromEnv',
    `the environment variable ${variable} must hold "tg_live_" and at least 32 letters and digits`,
  );
}

async function findKey(
  { change }: Application,
  project: ProjectRow,
  name: string,
  text: string | undefined,
): Promise<KeyRow | null> {
  const mine = { projectId: project.id, name };
  if (text !== undefined) {
    const same = await change.manager.findOneBy(keys, { keyHash: hashKey(text) });
    if (same && (same.projectId !== project.id || same.name !== name)) {
      throw unprocessable('textFromEnv', 'another key has that text');
    }
    if (same) return same;
  }
  return change.manager.findOne(keys, {
    where: { ...mine, revokedAt: IsNull() },
    order: { id: 'ASC' },
  });
}
