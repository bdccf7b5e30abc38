import app from '../../../rolldown.app.mjs';

/** The peer that tests kill, as a file that Node can run. */
export default { ...app, input: './test/peer.ts' };
