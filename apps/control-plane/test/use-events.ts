import { createTelemetry } from '@tollgate/telemetry';
import { type StackHandle, useStack } from '@tollgate/test-harness';
import type { DataSource } from 'typeorm';
import { createDataSource, migrate } from '../src/database/data-source.ts';
import { newId } from '../src/database/new-id.ts';
import type { EventType } from '../src/webhooks/event-types.ts';
import { PAYLOADS } from '../src/webhooks/event-payloads.ts';
import { webhookEvents } from '../src/webhooks/webhook-tables.ts';

export interface RaisedMessage {
  readonly id: string;
  readonly type: keyof typeof PAYLOADS;
  readonly timestamp: string;
  // Tests read messages of many shapes.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly data: any;
}

export interface EventsHandle {
  readonly stack: StackHandle;
  readonly projectId: string;
  /** Another project of the same organization. */
  readonly otherProjectId: string;
  dataSource(): DataSource;
  listen(to: EventType[], more?: { projectId?: string; createdAt?: Date }): Promise<string>;
  addConnection(projectId?: string): Promise<string>;
  /** All messages so far, the oldest first; each is as its schema says. */
  raised(): Promise<RaisedMessage[]>;
}

/** The control plane's tables on a real Postgres, with an organization of two projects; emptied after each test. */
export function useEvents(): EventsHandle {
  const stack = useStack({ only: ['postgres'] });
  let source: DataSource | undefined;
  const [organizationId, projectId, otherProjectId] = [
    newId('organization'),
    newId('project'),
    newId('project'),
  ];
  const dataSource = (): DataSource => {
    if (source) return source;
    throw new Error('Postgres runs during tests only');
  };
  beforeAll(async () => {
    const { log } = await createTelemetry({ service: 'control-plane', level: 'silent' });
    source = createDataSource(stack.postgresUrl(), log);
    await source.initialize();
    await migrate(source);
    await source.query(
      `INSERT INTO control_plane.organizations (id, name, payload_capture, budgets) VALUES ($1, 'o', 'none', '[]')`,
      [organizationId],
    );
    for (const id of [projectId, otherProjectId])
      await source.query(
        `INSERT INTO control_plane.projects (id, organization_id, name, budgets) VALUES ($1, $2, $1, '[]')`,
        [id, organizationId],
      );
  }, 60_000);
  afterAll(() => source?.destroy());
  afterEach(() =>
    dataSource().query(
      `TRUNCATE control_plane.webhooks, control_plane.webhook_events, control_plane.keys, control_plane.ai_providers,
         control_plane.unhealthy_models, control_plane.failed_request_minutes, control_plane.failed_request_batches CASCADE`,
    ),
  );
  return {
    stack,
    projectId,
    otherProjectId,
    dataSource,
    listen: async (to, more = {}) => {
      const id = newId('webhook');
      await dataSource().query(
        `INSERT INTO control_plane.webhooks (id, project_id, url, events, enabled, sealed, created_at)
         VALUES ($1, $2, 'https://hooks.invalid/secret', $3, true, '{}', $4)`,
        [id, more.projectId ?? projectId, JSON.stringify(to), more.createdAt ?? new Date(0)],
      );
      return id;
    },
    addConnection: async (owner = projectId) => {
      const id = newId('aiProvider');
      await dataSource().query(
        `INSERT INTO control_plane.ai_providers (id, project_id, name, provider, access, models, enabled)
         VALUES ($1, $2, $1, 'openai', 'byok', '[]', true)`,
        [id, owner],
      );
      return id;
    },
    raised: async () => {
      const rows = await dataSource().manager.find(webhookEvents, {
        order: { createdAt: 'ASC', id: 'ASC' },
      });
      return rows.map(({ id, body }) => {
        const message: RaisedMessage = { id, ...JSON.parse(body) };
        expect(PAYLOADS[message.type].data.parse(message.data)).toEqual(message.data);
        return message;
      });
    },
  };
}
