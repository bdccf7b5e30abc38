export const WHOLE = 'generateContent';

/** Without `alt=sse` a stream is one JSON array. */
export const STREAM = 'streamGenerateContent?alt=sse';
