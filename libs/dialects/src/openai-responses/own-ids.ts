/**
 * Ids that Tollgate gives in its own responses bear the response's name, so that an item leads to the response that it
 * stands in: `resp_tg_<base>`, `msg_tg_<base>_0`, `fc_tg_<base>_1`.
 */
const OWN_ID = /^[a-z]+_tg_([A-Za-z0-9-]{1,100})(?:_\d+)?$/;

/** What stands in the text of each own id, for a cheap look that errs on the side of yes. */
export const OWN_MARK = '_tg_';

/** What all ids of the response to a request are made from. */
export function idBase({ requestId }: { readonly requestId: string }): string {
  return `tg_${requestId.replace(/^req_/, '').replace(/[^A-Za-z0-9-]/g, '') || 'answer'}`;
}

/** The id of the response that an own id belongs to; undefined for an id that another gave. */
export function ownResponseOf(id: string): string | undefined {
  const base = OWN_ID.exec(id)?.[1];
  return base === undefined ? undefined : `resp_tg_${base}`;
}
