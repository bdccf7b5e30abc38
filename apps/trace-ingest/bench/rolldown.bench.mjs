import app from '../../../rolldown.app.mjs';

export default { ...app, input: { 'ingest.bench': './bench/ingest.bench.ts' } };
