import path from 'node:path';
import OpenAI from 'openai';
import { Admin, Oracle, startSystem, type System } from '../src/index.ts';

export const ROOT = path.resolve(process.cwd(), '..', '..');

/** A started system with the tools to work on it. */
export interface Scene {
  readonly system: System;
  readonly admin: Admin;
  readonly oracle: Oracle;
  openai(apiKey?: string, baseUrl?: string): OpenAI;
}

/** Runs the suite twice, each time against a whole system of its own: standalone and distributed. */
export function inBothModes(
  name: string,
  suite: (scene: () => Scene) => void,
  environment: Readonly<Record<string, string>> = {},
): void {
  describe.each(['standalone', 'distributed'] as const)(`${name}, %s`, (mode) =>
    inMode(mode, suite, environment),
  );
}

export function inMode(
  mode: 'standalone' | 'distributed',
  suite: (scene: () => Scene) => void,
  environment: Readonly<Record<string, string>> = {},
): void {
  let scene: Scene | undefined;
  beforeAll(async () => {
    const system = await startSystem({ mode, root: ROOT, environment });
    scene = {
      system,
      admin: new Admin(() => system.facts()),
      oracle: new Oracle(() => system.facts()),
      openai: (apiKey, baseUrl) =>
        new OpenAI({
          apiKey: apiKey ?? system.facts().apiKey,
          baseURL: `${baseUrl ?? system.facts().gatewayUrl}/v1`,
          maxRetries: 0,
        }),
    };
  }, 150_000);
  afterAll(async () => {
    await scene?.system.stop();
  }, 90_000);
  suite(() => {
    if (!scene) throw new Error('the system did not start');
    return scene;
  });
}
