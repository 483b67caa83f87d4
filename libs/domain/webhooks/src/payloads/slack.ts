import type { Notification } from '../notification';
import type { Payload } from './payload';

/** Slack refuses a section whose text is longer. */
const maxText = 3_000;
const fence = '```';

/** Blocks as Harbor sends them. */
export function slackPayload({ type, occurredAt, operator, data }: Notification): Payload {
  const unix = Math.floor(occurredAt.getTime() / 1_000);
  const texts = [
    '*Harbor webhook events*',
    `*event_type:* ${type}`,
    `*occur_at:* <!date^${unix}^{date} at {time}|${occurredAt.toISOString()}>`,
    `*operator:* ${escaped(operator)}`,
    '*event_data:*',
    fenced(escaped(JSON.stringify(data, undefined, 2))),
  ];
  const blocks = texts.map((text) => ({ type: 'section', text: { type: 'mrkdwn', text } }));
  return { contentType: 'application/json', body: JSON.stringify({ blocks }) };
}

/** Slack reads these three characters as markup. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function fenced(text: string): string {
  const room = maxText - 2 * fence.length;
  return `${fence}${text.length > room ? `${text.slice(0, room - 2)}\n…` : text}${fence}`;
}
