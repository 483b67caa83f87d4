import { AppError } from '@breakwater/kernel';
import type { Notification } from '../notification';
import { defaultBody, type Payload } from './payload';

const placeholder = /\{\{\s*(json\s+)?([\w.]+)\s*\}\}/g;

/**
 * A body of the policy's own making: JSON in which `{{event_data.repository.name}}` stands for a text inside quotes and
 * `{{json event_data.resources}}` for any value, from the default body. What is not there is empty, or null.
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
  return template.replace(placeholder, (_all, json: string | undefined, path: string) => {
    const value = at(values, path);
    return json === undefined ? insideQuotes(value) : JSON.stringify(value ?? null);
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
