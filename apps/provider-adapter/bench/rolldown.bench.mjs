import app from '../../../rolldown.app.mjs';

export default { ...app, input: { bench: './bench/adapter.bench.ts' } };
