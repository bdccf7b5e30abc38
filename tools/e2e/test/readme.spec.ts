import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { eventually } from '../src/index.ts';
import { inMode, ROOT } from './in-both-modes.ts';

const readme = readFileSync(path.join(ROOT, 'README.md'), 'utf8');

/** The code block that follows `<!-- example: name -->`. */
function example(name: string): string {
  const match = new RegExp(`<!-- example: ${name} -->\\n\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``).exec(
    readme,
  );
  if (!match?.[1]) throw new Error(`the README has no example ${name}`);
  return match[1];
}

describe('the README', () => {
  it('names only files that are there', () => {
    const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map((match) => match[1] ?? '');
    const paths = [...readme.matchAll(/`((?:apps|libs|tools|deploy)\/[\w./-]+)`/g)].map(
      (match) => match[1] ?? '',
    );
    expect(links.length + paths.length).toBeGreaterThan(20);
    expect([...links, ...paths].filter((one) => !existsSync(path.join(ROOT, one)))).toEqual([]);
  });

  describe('its examples', () => {
    inMode('standalone', (scene) => {
      const run = (command: string, args: readonly string[]): string => {
        const facts = scene().system.facts();
        return execFileSync(command, [...args], {
          cwd: ROOT,
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
          env: {
            ...process.env,
            TOLLGATE_URL: facts.gatewayUrl,
            TOLLGATE_API_KEY: facts.apiKey,
            TOLLGATE_CONTROL_PLANE_URL: facts.controlPlaneUrl,
            TOLLGATE_ADMIN_TOKEN: facts.adminToken,
          },
        });
      };

      it('answer: curl', () => {
        const answer = JSON.parse(run('sh', ['-c', example('curl')]));
        expect(answer.choices[0].message.content.length).toBeGreaterThan(0);
      });

      it.each(['openai', 'anthropic'])('answer: the client of %s', (name) => {
        const script = example(name);
        const said = run(process.execPath, ['--input-type=module', '-e', script]).trim();
        expect(said.length).toBeGreaterThan(0);
      });

      it('show what it cost', async () => {
        const page = await eventually(
          'the record is there',
          () =>
            JSON.parse(run('sh', ['-c', example('usage')])) as {
              readonly data: readonly { readonly costUsd: string }[];
            },
          ({ data }) => data.length === 1,
        );
        expect(Number(page.data[0]?.costUsd)).toBeGreaterThan(0);
      });
    });
  });
});
