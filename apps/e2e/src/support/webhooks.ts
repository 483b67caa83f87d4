import type { Api } from './api';
import { until } from './ports';

export interface WebhookExecution {
  id: number;
  status: string;
  trigger: string;
}

export interface WebhookDelivery {
  execution_id: number;
  event_type: string;
  event_id: string;
  succeeded: boolean;
  request: { address: string; headers: Record<string, string>; body: string };
  response: { status: number; body: string };
}

export const policyFor = (name: string, address: string, eventTypes: string[]) => ({
  name,
  description: 'tells the tests',
  targets: [
    { type: 'http', address, auth_header: 'Bearer of-the-tests', payload_format: 'Default', secret: 'of the tests' },
  ],
  event_types: eventTypes,
  enabled: true,
});

/** The policy's executions, newest first, once there are `count` and none goes on. */
export async function deliveredBy(api: Api, policy: string, count: number): Promise<WebhookExecution[]> {
  let executions: WebhookExecution[] = [];
  await until(
    `${count} deliveries of ${policy}`,
    async () => {
      executions = await api.get<WebhookExecution[]>(`${policy}/executions?sort=-id`);
      return executions.length >= count && executions.every(({ status }) => status !== 'Running');
    },
    30_000,
  );
  return executions;
}
