/**
 * Asks the platform. Undefined: an answer without a body.
 * @param {{ url: string, username: string, password: string }} platform
 */
export async function call(platform, method, path, body) {
  const answer = await send(platform, method, path, body);
  const text = await answer.text();
  return text === '' ? undefined : JSON.parse(text);
}

/** Makes one and says under which id. */
export async function make(platform, path, body) {
  const { headers } = await send(platform, 'POST', path, body);
  return Number(headers.get('location').split('/').at(-1));
}

async function send({ url, username, password }, method, path, body) {
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const answer = await fetch(`${url}/api/v2.0${path}`, {
    method,
    headers: { authorization, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer;
}
