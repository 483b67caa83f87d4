import { countedPage, Database, SqlParameters } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';

/** An attempt to send, with what was sent and what came back. */
export interface DeliveryRow {
  id: number;
  executionId: number;
  taskId: number;
  eventId: string;
  eventType: string;
  attempt: number;
  address: string;
  requestHeaders: Record<string, string>;
  requestBody: string;
  responseStatus: number | null;
  responseHeaders: Record<string, string>;
  responseBody: string;
  /** Empty: it arrived. */
  error: string;
  durationMs: number;
  creationTime: Date;
}

export type NewDelivery = Omit<
  DeliveryRow,
  'id' | 'executionId' | 'eventId' | 'eventType' | 'requestBody' | 'creationTime'
>;

const columns = `d.id, e.id AS "executionId", d.task_id AS "taskId", t.payload->>'eventId' AS "eventId",
  t.payload->>'eventType' AS "eventType", d.attempt, d.address, d.request_headers AS "requestHeaders",
  t.payload->>'body' AS "requestBody", d.response_status AS "responseStatus", d.response_headers AS "responseHeaders",
  d.response_body AS "responseBody", d.error, d.duration_ms AS "durationMs", d.creation_time AS "creationTime"`;
const from = `FROM webhook_delivery d JOIN task t ON t.id = d.task_id JOIN execution e ON e.id = t.execution_id`;

@Injectable()
export class WebhookDeliveriesRepository {
  constructor(private readonly database: Database) {}

  async insert(delivery: NewDelivery): Promise<void> {
    await this.database.query(
      `INSERT INTO webhook_delivery (task_id, attempt, address, request_headers, response_status, response_headers, response_body, error, duration_ms)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        delivery.taskId,
        delivery.attempt,
        delivery.address,
        JSON.stringify(delivery.requestHeaders),
        delivery.responseStatus,
        JSON.stringify(delivery.responseHeaders),
        delivery.responseBody,
        delivery.error,
        delivery.durationMs,
      ],
    );
  }

  /** Newest first. */
  list(
    policyId: number,
    vendorTypes: readonly string[],
    page: { page: number; pageSize: number },
  ): Promise<{ items: DeliveryRow[]; total: number }> {
    const parameters = new SqlParameters();
    const where = `WHERE e.vendor_id = ${parameters.add(policyId)} AND e.vendor_type = ANY(${parameters.add(vendorTypes)})`;
    return countedPage(this.database, { columns, from: `${from} ${where}`, order: 'd.id DESC', parameters }, page);
  }
}
