import { defineConfig } from 'rolldown';

// `@oxc-project/runtime` is the compiler's own: rolldown brings its helpers along, no package is installed.
const bundled = /^(@tollgate\/|@oxc-project\/runtime|\0|\.{0,2}\/)/;

/** One file a service: our own sources are bundled, packages stay in node_modules. */
export default defineConfig({
  input: 'src/main.ts',
  platform: 'node',
  tsconfig: 'tsconfig.json',
  external: (id) => !bundled.test(id) && id !== 'src/main.ts',
  resolve: { conditionNames: ['@tollgate/source', 'node', 'import', 'default'] },
  output: { dir: 'dist', format: 'esm', sourcemap: true },
});
