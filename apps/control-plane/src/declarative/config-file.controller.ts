import { Body, Controller, Inject, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { KeyRing } from '@tollgate/secrets';
import { ConfigChanges } from '../config-publishing/config-changes.ts';
import { Problem } from '../http/problem.ts';
import { Returns } from '../http/returns.ts';
import { KEY_RING } from '../secrets/secrets.controller.ts';
import { applyConfigFile } from './apply-config-file.ts';
import {
  appliedConfigView,
  configFileBody,
  type ConfigFileBody,
} from './config-file-body.schema.ts';
import type { ConfigFileProblem } from './parse-config-file.ts';

/** Applies a `tollgate.yaml` from elsewhere. The control plane's own environment and files are out of its reach. */
@ApiTags('config-file')
@Controller('api/v1/config-file')
export class ConfigFileController {
  constructor(
    private readonly changes: ConfigChanges,
    @Inject(KEY_RING) private readonly ring: KeyRing,
  ) {}

  @Post()
  @Returns(200, appliedConfigView)
  async apply(@Body({ schema: configFileBody }) body: ConfigFileBody) {
    const files = new Map(Object.entries(body.files));
    const applied = await applyConfigFile(body.text, {
      changes: this.changes,
      ring: this.ring,
      environment: withoutPrototype(body.variables),
      readText: async (path) => {
        const text = files.get(path);
        if (text === undefined) throw new Error('was not sent along');
        return Promise.resolve(text);
      },
    });
    if (!applied.ok) throw unusable(applied.failure);
    return applied.value;
  }
}

function unusable(problems: readonly ConfigFileProblem[]): Problem {
  const detail = 'The file cannot be applied; nothing was changed.';
  return new Problem(422, 'config_file_invalid', detail, problems);
}

/** A variable may be called `constructor`. */
function withoutPrototype(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.assign(Object.create(null) as Record<string, string>, values);
}
