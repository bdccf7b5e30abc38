import type { DevFacts } from './dev-file.ts';

/** What a newcomer reads once all is ready. */
export function banner(facts: DevFacts, seconds: number): string {
  return `
Tollgate is ready (${facts.mode}, ${seconds.toFixed(1)} s).

  gateway         ${facts.gatewayUrl}        OpenAI's, and Tollgate's own API; reference at /docs
  control plane   ${facts.controlPlaneUrl}        for operators; reference at /docs
  simulator       ${facts.simulatorUrl}        answers where no provider key is in the environment
  virtual key     ${facts.apiKey}
  admin token     ${facts.adminToken}

Try it:

  curl ${facts.gatewayUrl}/v1/chat/completions \\
    -H 'Authorization: Bearer ${facts.apiKey}' \\
    -H 'Content-Type: application/json' \\
    -d '{"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Hello"}]}'

Ctrl-C stops all of it.
`;
}
