import type { EventData } from '../event-data';
import type { Notification } from '../notification';
import type { Payload } from './payload';

/** An Adaptive Card as Microsoft Teams' workflows take it from webhooks; larger messages than 28 KB are refused. */
const maxDetails = 10_000;

export function teamsPayload({ type, occurredAt, operator, data }: Notification): Payload {
  const details = JSON.stringify(data, undefined, 2);
  const facts = { Event: type, Operator: operator, Time: occurredAt.toISOString(), ...subject(data) };
  const card = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [
      { type: 'TextBlock', size: 'Medium', weight: 'Bolder', text: 'Registry event' },
      { type: 'FactSet', facts: Object.entries(facts).map(([title, value]) => ({ title, value })) },
      {
        type: 'TextBlock',
        fontType: 'Monospace',
        wrap: true,
        text: details.length > maxDetails ? `${details.slice(0, maxDetails)}\n…` : details,
      },
    ],
  };
  const attachments = [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content: card }];
  return { contentType: 'application/json', body: JSON.stringify({ type: 'message', attachments }) };
}

function subject({ resources, repository }: EventData): Record<string, string> {
  const image = resources?.[0]?.resource_url ?? repository?.repo_full_name;
  return image === undefined ? {} : { Artifact: image };
}
