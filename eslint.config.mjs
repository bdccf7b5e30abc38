import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

/** contract ← core ← infrastructure ← service ← composition. A layer may use itself (but a service no service) and what stands left of it. */
const layers = [
  { sourceTag: 'layer:contract', onlyDependOnLibsWithTags: ['layer:contract'] },
  { sourceTag: 'layer:core', onlyDependOnLibsWithTags: ['layer:contract', 'layer:core'] },
  {
    sourceTag: 'layer:infrastructure',
    onlyDependOnLibsWithTags: ['layer:contract', 'layer:core', 'layer:infrastructure'],
  },
  {
    sourceTag: 'layer:service',
    onlyDependOnLibsWithTags: [
      'layer:contract',
      'layer:core',
      'layer:infrastructure',
      'layer:testing',
    ],
  },
  {
    sourceTag: 'layer:testing',
    onlyDependOnLibsWithTags: [
      'layer:contract',
      'layer:core',
      'layer:infrastructure',
      'layer:testing',
    ],
  },
  { sourceTag: 'layer:composition', onlyDependOnLibsWithTags: ['*'] },
];

/** Tests of the infrastructure run against real servers too. */
const testLayers = layers.map((layer) =>
  layer.sourceTag === 'layer:infrastructure'
    ? { ...layer, onlyDependOnLibsWithTags: [...layer.onlyDependOnLibsWithTags, 'layer:testing'] }
    : layer,
);

export default [
  { ignores: ['**/dist', '**/node_modules', '**/*.cjs', '.tollgate', '.nx'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        { enforceBuildableLibDependency: false, allow: [], depConstraints: layers },
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['**/test/**/*.ts'],
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        { enforceBuildableLibDependency: false, allow: [], depConstraints: testLayers },
      ],
    },
  },
  {
    files: ['**/*.ts'],
    ignores: ['libs/messaging/**', 'tools/bench/src/hop.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['@nats-io/*'], message: 'Only libs/messaging speaks NATS.' }] },
      ],
    },
  },
  {
    files: ['**/domain/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['@nestjs/*', 'node:*', 'typeorm', 'pg', '@nats-io/*'],
              message: 'A domain is pure.',
            },
          ],
        },
      ],
      'no-restricted-globals': ['error', 'process', 'setTimeout', 'setInterval'],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Time arrives as an argument.' },
        { object: 'Math', property: 'random', message: 'Randomness arrives as an argument.' },
      ],
    },
  },
];
