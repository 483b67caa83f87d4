import type { Delivered, WebhookReceiver } from '@breakwater/testing';
import { createHmac } from 'node:crypto';
import type { Api } from './api';
import { expectStatus } from './http';
import { until } from './ports';

/** Harbor's body. */
export interface DefaultBody {
  type: string;
  occur_at: number;
  operator: string;
  event_id: string;
  event_data: EventData;
}

export interface EventData {
  resources?: { digest?: string; tag?: string; resource_url?: string; tags?: string[] }[];
  repository?: Record<string, unknown>;
  retention?: Record<string, unknown>;
  custom_attributes?: Record<string, string>;
}

export const everyEvent = [
  'PUSH_ARTIFACT',
  'PULL_ARTIFACT',
  'DELETE_ARTIFACT',
  'QUOTA_EXCEED',
  'QUOTA_WARNING',
  'SCANNING_FAILED',
  'SCANNING_STOPPED',
  'SCANNING_COMPLETED',
  'REPLICATION',
  'TAG_RETENTION',
];

export const secret = 'a secret that signs';
export const authHeader = 'Bearer a-token-of-the-receiver';

/** A policy of a project for every event, with a target of each type and form. */
export class Subscription {
  private readonly seen = new Map<string, number>();

  private constructor(
    private readonly receiver: WebhookReceiver,
    readonly project: { id: number; name: string },
    readonly policyId: number,
    /** Below /api/v2.0. */
    readonly path: string,
  ) {}

  static async open(api: Api, receiver: WebhookReceiver, name: string): Promise<Subscription> {
    const { project_id: id } = expectStatus(await api.call('GET', `/projects/${name}`), 200).json<{
      project_id: number;
    }>();
    const at = (form: string) => receiver.url(`/${name}/${form}`);
    const targets = [
      { type: 'http', address: at('default'), auth_header: authHeader, secret },
      { type: 'http', address: at('cloud'), payload_format: 'CloudEvents' },
      { type: 'slack', address: at('slack') },
      { type: 'teams', address: at('teams') },
      {
        type: 'http',
        address: at('template'),
        payload_format: 'Template',
        payload_template: '{"text":"{{type}} by {{operator}}","data":{{json event_data}}}',
      },
    ];
    const policy = { name: 'all', enabled: true, event_types: everyEvent, targets };
    const path = await api.create(`/projects/${name}/webhook/policies`, policy);
    return new Subscription(receiver, { id, name }, Number(path.split('/').at(-1)), path);
  }

  /** The next event about `about`, a text that only the payloads of one repository hold, in every form. */
  async next(about: string): Promise<Forms> {
    const at = this.seen.get(about) ?? 0;
    const calls = (form: string) => this.receiver.on(`/${this.project.name}/${form}`, about);
    const forms = ['default', 'cloud', 'slack', 'teams', 'template'];
    await until(`event ${at + 1} about ${about}`, () => forms.every((form) => calls(form).length > at), 30_000);
    this.seen.set(about, at + 1);
    const [plain, cloud, slack, teams, template] = forms.map((form) => calls(form)[at]!);
    return { plain, cloud, slack, teams, template } as Forms;
  }

  /** `PUSH_ARTIFACT admin` of each of the next events, in order. */
  async types(about: string, count: number): Promise<string[]> {
    const told: string[] = [];
    for (let i = 0; i < count; i++) {
      const { type, operator } = (await this.next(about)).plain.body;
      told.push(`${type} ${operator}`);
    }
    return told;
  }

  /** Waits for the next event and checks it in every form. */
  async expectNext(about: string, expected: { type: string; operator: string; data: object }): Promise<EventData> {
    const forms = await this.next(about);
    const { type, operator, data } = expected;
    const { event_id: id, occur_at: occurredAt } = forms.plain.body;
    expect(forms.plain.body).toEqual({
      ...{ type, operator },
      occur_at: expect.any(Number),
      event_id: expect.any(String),
      event_data: data,
    });
    expectHeaders(forms.plain, id);
    expect(Math.abs(Date.now() / 1_000 - occurredAt)).toBeLessThan(60);
    const sent = forms.plain.body.event_data;
    const { time } = forms.cloud.body;
    expect(forms.cloud.headers['content-type']).toBe('application/cloudevents+json');
    expect(forms.cloud.body).toEqual({
      specversion: '1.0',
      id,
      source: `/projects/${this.project.id}/webhook/policies/${this.policyId}`,
      type: cloudEventTypes[type],
      datacontenttype: 'application/json',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      data: sent,
      operator,
      requestid: id,
    });
    expect(Math.floor(Date.parse(time) / 1_000)).toBe(occurredAt);
    expect(slackTexts(forms.slack)).toEqual([
      '*Harbor webhook events*',
      `*event_type:* ${type}`,
      `*occur_at:* <!date^${occurredAt}^{date} at {time}|${time}>`,
      `*operator:* ${operator}`,
      '*event_data:*',
      `\`\`\`${JSON.stringify(sent, undefined, 2)}\`\`\``,
    ]);
    const [title, facts, details] = forms.teams.body.attachments[0]!.content.body;
    expect(title).toMatchObject({ type: 'TextBlock' });
    expect(facts!.facts).toEqual(expect.arrayContaining([fact('Event', type), fact('Operator', operator)]));
    expect(JSON.parse(details!.text!)).toEqual(sent);
    expect(forms.template.body).toEqual({ text: `${type} by ${operator}`, data: sent });
    return sent;
  }
}

const cloudEventTypes: Record<string, string> = {
  PUSH_ARTIFACT: 'harbor.artifact.pushed',
  PULL_ARTIFACT: 'harbor.artifact.pulled',
  DELETE_ARTIFACT: 'harbor.artifact.deleted',
  QUOTA_EXCEED: 'harbor.quota.exceeded',
  QUOTA_WARNING: 'harbor.quota.warned',
  TAG_RETENTION: 'harbor.tag_retention.finished',
};

export interface Forms {
  plain: Delivered<DefaultBody>;
  cloud: Delivered<Record<string, unknown> & { time: string }>;
  slack: Delivered<{ blocks: { text: { text: string } }[] }>;
  teams: Delivered<{ attachments: { content: { body: { text?: string; facts?: object[] }[] } }[] }>;
  template: Delivered;
}

const fact = (title: string, value: string) => ({ title, value });

function slackTexts({ body }: Forms['slack']): string[] {
  return body.blocks.map(({ text }) =>
    text.text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'),
  );
}

/** As receivers do it: Standard Webhooks 1.0, over the bytes that came. */
function expectHeaders({ headers, text }: Delivered, id: string): void {
  expect(headers).toMatchObject({ 'content-type': 'application/json', authorization: authHeader, 'webhook-id': id });
  const signed = `${id}.${String(headers['webhook-timestamp'])}.${text}`;
  const signature = createHmac('sha256', secret).update(signed).digest('base64');
  expect(headers['webhook-signature']).toBe(`v1,${signature}`);
}
