import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';

const main = join(__dirname, '../src/main.ts');

describe('the command', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    'it guarantees one line with the url, and a clean end on %s',
    async (signal) => {
      const args = ['--conditions=@tollgate/source', main, '--port', '0'];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      try {
        const [line] = await once(createInterface(child.stdout), 'line');
        const { url } = JSON.parse(String(line));
        expect((await fetch(`${url}/_sim`)).status).toBe(200);
      } finally {
        child.kill(signal);
      }
      const [code] = await once(child, 'exit');
      expect(code).toBe(0);
    },
  );
});
