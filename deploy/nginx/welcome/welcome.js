// Fills the page: language, health, and the commands with the address that the reader used.
const REFRESH_MS = 10_000;
const place = location.host;
const commands = [
  `docker login -u admin ${place}`,
  'docker pull alpine',
  `docker tag alpine ${place}/library/alpine`,
  `docker push ${place}/library/alpine`,
];

const element = (id) => document.getElementById(id);
let language = remembered() ?? (navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en');
let health;

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
  element('copied').textContent = '';
  showHealth(texts);
}

function showHealth(texts) {
  if (health === undefined) return;
  const status = health === null ? 'unreachable' : health.status;
  element('health').textContent = texts[status] ?? status;
  element('health').dataset.status = status;
  element('components').replaceChildren(
    ...(health?.components ?? []).map((component) => componentItem(component, texts)),
  );
}

function componentItem({ name, status }, texts) {
  const item = document.createElement('li');
  item.dataset.status = status;
  item.textContent = `${name}: ${texts.states[status] ?? status}`;
  return item;
}

async function refresh() {
  try {
    health = await (await fetch('/api/v2.0/health', { cache: 'no-store' })).json();
    if (!health.status) health = null;
  } catch {
    health = null;
  }
  showHealth(messages[language]);
}

/** The certificate belongs to the https port, also when this page came over http. */
async function showTrust() {
  const certificate = await fetch('/api/v2.0/systeminfo/getcert').catch(() => undefined);
  element('trust').hidden = !certificate?.ok;
  const { httpsPort } = await (await fetch('/welcome/ports.json')).json();
  const secure = `${location.hostname}:${httpsPort}`;
  element('trust-commands').textContent = [
    `sudo mkdir -p /etc/docker/certs.d/${secure}`,
    `sudo cp ca.crt /etc/docker/certs.d/${secure}/ca.crt`,
    `docker login -u admin ${secure}`,
  ].join('\n');
}

/** The clipboard is only offered to https pages and localhost. */
async function copy() {
  try {
    await navigator.clipboard.writeText(commands.join('\n'));
    element('copied').textContent = messages[language].copied;
  } catch {
    element('copied').textContent = messages[language].notCopied;
  }
}

for (const button of document.querySelectorAll('[data-language]')) {
  button.addEventListener('click', () => {
    language = button.dataset.language;
    remember();
    show();
  });
}
element('address').textContent = location.origin;
element('commands').textContent = commands.join('\n');
element('copy').addEventListener('click', copy);
show();
void refresh();
void showTrust();
setInterval(refresh, REFRESH_MS);
