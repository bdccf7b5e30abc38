/* Asks this container's own service whether it is alive. */
const { TOLLGATE_GATEWAY_PORT, TOLLGATE_CONTROL_PLANE_PORT, TOLLGATE_PROBE_PORT } = process.env;
const port = TOLLGATE_GATEWAY_PORT ?? TOLLGATE_CONTROL_PLANE_PORT ?? TOLLGATE_PROBE_PORT;

const isHealthy = await fetch(`http://127.0.0.1:${port}/healthz`, {
  signal: AbortSignal.timeout(2_500),
}).then(
  (answer) => answer.ok,
  () => false,
);
process.exit(isHealthy ? 0 : 1);
