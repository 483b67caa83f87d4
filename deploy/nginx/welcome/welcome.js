// Fills the page: language, health, and the commands with the address that the reader used.
import { placeOf, trustCommands } from './trust-commands.mjs';

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
/** The commands, once it is known that there is a CA to trust. */
let trust;

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
  showTrust(texts);
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
async function findTrust() {
  const certificate = await fetch('/api/v2.0/systeminfo/getcert').catch(() => undefined);
  if (!certificate?.ok) return;
  const { httpsPort, notaryPort } = await (await fetch('/welcome/ports.json')).json();
  const { hostname } = location;
  trust = trustCommands({
    place: placeOf(hostname, httpsPort),
    trustPlace: notaryPort ? placeOf(hostname, notaryPort) : undefined,
    ca: 'ca.crt',
  });
  showTrust(messages[language]);
}

function showTrust(texts) {
  if (trust === undefined) return;
  element('trust').hidden = false;
  element('trust-commands').replaceChildren(...trust.flatMap((entry) => trustEntry(entry, texts)));
}

function trustEntry({ client, lines }, texts) {
  const [title, item, block, code] = ['dt', 'dd', 'pre', 'code'].map((name) => document.createElement(name));
  title.textContent = texts.clients[client];
  code.textContent = lines.join('\n');
  block.tabIndex = 0;
  block.append(code);
  item.append(block);
  return [title, item];
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
void findTrust();
setInterval(refresh, REFRESH_MS);
