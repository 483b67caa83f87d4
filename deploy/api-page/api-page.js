// Shows the operations with Swagger UI, sends its requests with the browser's session, and says in two languages who asks.
const CSRF_HEADER = 'x-harbor-csrf-token';
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];
const API = '/api/v2.0';

/** Core gives it to whoever has a session, in the headers of every answer. */
let csrfToken;
/** A name; null: nobody; undefined: not known. */
let caller;
let language = remembered() ?? (navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en');

/** A browser that blocks storage throws here. */
function remembered() {
  try {
    return Object.keys(messages).find((known) => known === localStorage.getItem('language'));
  } catch {
    return undefined;
  }
}

function remember() {
  try {
    localStorage.setItem('language', language);
  } catch {
    // The choice then lasts as long as the page.
  }
}

function show() {
  const texts = messages[language];
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  for (const node of document.querySelectorAll('[data-text]')) node.textContent = texts[node.dataset.text];
  for (const button of document.querySelectorAll('[data-language]')) {
    button.setAttribute('aria-pressed', String(button.dataset.language === language));
  }
  const kind = caller === undefined ? 'unknown' : caller === null ? 'anonymous' : 'signedIn';
  document.getElementById('caller').textContent = texts[kind].replace('{name}', caller ?? '');
}

/** Without a session there is no CSRF token, and nobody to ask for: an answer of 401 would only look like an error. */
async function askWhoIsThere() {
  const answer = await fetch(`${API}/ping`, { credentials: 'same-origin' });
  csrfToken = answer.headers.get(CSRF_HEADER) ?? undefined;
  if (!csrfToken) return null;
  const found = await fetch(`${API}/users/current`, { credentials: 'same-origin' });
  return found.ok ? (await found.json()).username : null;
}

function sendWithToken(request) {
  if (csrfToken && !SAFE_METHODS.includes(request.method.toUpperCase())) request.headers[CSRF_HEADER] = csrfToken;
  return request;
}

function rememberToken(response) {
  csrfToken = response.headers?.[CSRF_HEADER] ?? csrfToken;
  return response;
}

for (const button of document.querySelectorAll('[data-language]')) {
  button.addEventListener('click', () => {
    language = button.dataset.language;
    remember();
    show();
  });
}
show();
askWhoIsThere()
  .then((name) => (caller = name))
  .catch(() => undefined)
  .then(show);
SwaggerUIBundle({
  url: `${API}/openapi.json`,
  dom_id: '#operations',
  deepLinking: true,
  docExpansion: 'none',
  filter: true,
  tagsSorter: 'alpha',
  displayRequestDuration: true,
  // What it was given to sign in with goes with the page.
  persistAuthorization: false,
  // Nothing of this platform's API goes to a validator elsewhere.
  validatorUrl: null,
  withCredentials: true,
  requestInterceptor: sendWithToken,
  responseInterceptor: rememberToken,
});
