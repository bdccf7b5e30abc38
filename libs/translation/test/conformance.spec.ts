import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CLIENTS } from './conformance/feature.ts';
import { renderOperations } from './conformance/operations.ts';
import { FEATURES, outcomeOf, renderMatrix, TARGETS } from './conformance/matrix.ts';

const DOCUMENT = path.resolve('CONFORMANCE.md');

const HEAD = `# What survives the crossing

Which client dialect may say what to which provider, made by \`conformance.spec.ts\` from its table of features; a test holds this
page to it (\`UPDATE_CONFORMANCE=1\` writes it anew). Connections are \`lenient\` here: under \`strict\` what is dropped is refused.

- **passes through**: the client's own bytes go on.
- **exact**: all of it stands in the provider's request. "But for": the named parts were left out or rewritten by a declared
  rule, and \`x-tollgate-dropped-params\` and the record say so.
- **dropped**: left out by rule, and named likewise.
- **refused**: a 400 that names the field, before the provider is called; another candidate of the route may still serve it.

`;

const OPERATIONS = `## Operations beside chat

Which endpoint reaches which provider at all. What of a translated request cannot be said is refused or dropped by name there too.

`;

describe('the conformance matrix', () => {
  it.each(CLIENTS)('loses nothing in silence: %s', (client) => {
    const lost = FEATURES.flatMap((feature) =>
      TARGETS.filter((target) => outcomeOf(feature, client, target).kind === 'lost').map(
        (target) => `${feature.name} → ${target.name}`,
      ),
    );
    expect(lost).toEqual([]);
  });

  it('is what the documentation shows', () => {
    const text = `${HEAD}${renderMatrix()}\n\n${OPERATIONS}${renderOperations()}\n`;
    if (process.env['UPDATE_CONFORMANCE'] === '1') writeFileSync(DOCUMENT, text);
    expect(readFileSync(DOCUMENT, 'utf8')).toBe(text);
  });
});
