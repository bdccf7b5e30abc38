const LONGEST = 300;

/** Anything that could be a key: long unbroken runs, and what follows a scheme of authorization. */
const KEY_LIKE = /\b(?:Bearer|Basic)\s+\S+|[A-Za-z0-9_\-+/=*.]{20,}/g;

/** A vendor's text for the log: short, on one line, without the credential or anything that looks like one. */
export function redactProviderText(text: string, credential: string | null): string {
  const start = text.slice(0, LONGEST * 4);
  const known =
    credential === null || credential === '' ? start : start.replaceAll(credential, '[credential]');
  return known.replace(KEY_LIKE, '[redacted]').replace(/\s+/g, ' ').slice(0, LONGEST);
}
