import { AppError } from '@breakwater/kernel';
import type { Notification } from '../notification';
import { defaultBody, type Payload } from './payload';

/** Of the values in a body: a short template can ask for a long one thousands of times. */
const maxValues = 1_048_576;
const placeholder = /\{\{\s*(json\s+)?([\w.]+)\s*\}\}/g;

/**
 * A body of the policy's own making: JSON in which `{{event_data.repository.name}}` stands for a text inside quotes and
 * `{{json event_data.resources}}` for any value, from the default body. What is not there is empty, or null,
 * and so is what comes when the body is large enough.
 */
export function templatePayload(notification: Notification, template: string): Payload {
  return { contentType: 'application/json', body: render(template, defaultBody(notification)) };
}

/** Throws BAD_REQUEST when it makes no JSON. */
export function assertTemplate(template: string): void {
  try {
    JSON.parse(render(template, {}));
  } catch {
    throw new AppError(
      'BAD_REQUEST',
      'the template makes no JSON: texts are "{{path}}" in quotes, other values are {{json path}}',
      { reason: 'webhook.template.invalid' },
    );
  }
}

function render(template: string, values: object): string {
  let room = maxValues;
  return template.replace(placeholder, (_all, json: string | undefined, path: string) => {
    const write = json === undefined ? insideQuotes : (value: unknown) => JSON.stringify(value ?? null);
    const text = write(at(values, path));
    room -= text.length;
    return room < 0 ? write(undefined) : text;
  });
}

function at(values: object, path: string): unknown {
  let found: unknown = values;
  for (const name of path.split('.')) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Record<string, unknown>)[name];
  }
  return found;
}

function insideQuotes(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return JSON.stringify(text).slice(1, -1);
}
