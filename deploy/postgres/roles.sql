-- Run once by psql, when the database is made: a role for each service that keeps tables. Each makes and owns its own
-- schema, and neither can read the other's: budget never sees sealed credentials, the control plane never the ledger.
\getenv budget_password POSTGRES_BUDGET_PASSWORD
\getenv control_plane_password POSTGRES_CONTROL_PLANE_PASSWORD

CREATE ROLE tollgate_budget LOGIN PASSWORD :'budget_password';
CREATE ROLE tollgate_control_plane LOGIN PASSWORD :'control_plane_password';

REVOKE ALL ON DATABASE tollgate FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT CONNECT, CREATE, TEMPORARY ON DATABASE tollgate TO tollgate_budget, tollgate_control_plane;
