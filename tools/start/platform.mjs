// Second stage of `npm start`: everything from the data folder to the summary, in order.
import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startNginx } from '../services/nginx.mjs';
import { freePorts } from '../services/ports.mjs';
import { certificateNames, chooseListeners, chooseTrustListeners, externalHosts } from './listeners.mjs';
import { compile, isCompiled } from './compile.mjs';
import { chooseDataFolder, lockDataFolder, prepareDataFolder } from './data-folder.mjs';
import { startDatabases } from './databases.mjs';
import { restartOnChange } from './dev.mjs';
import { readVariable } from './environment.mjs';
import { prepareRuntime } from './runtime.mjs';
import { adminPasswordFile, firstShow, loadSecrets, RUN_STATE } from './secrets.mjs';
import { stopOnSignals } from './signals.mjs';
import { NODE_SERVICES, runMigrator, serviceEnvironments, startService, stopOrder } from './stack.mjs';
import { publicUrl, summary } from './summary.mjs';
import { Supervisor } from './supervisor.mjs';
import { followTls, prepareTls } from './tls.mjs';

export async function startPlatform({ root, options, account, output }) {
  const { path, note } = chooseDataFolder({ root, given: options.data, account });
  const folder = prepareDataFolder(path, account);
  const unlock = lockDataFolder(path);
  process.once('exit', unlock);
  const supervisor = new Supervisor(output.say);
  const ending = stopOnSignals({ supervisor, output, order: stopOrder() });
  try {
    const listeners = await chooseListeners(options);
    const trustListeners = await chooseTrustListeners(options);
    if (options.dev || !isCompiled(root)) {
      output.say('compiling …');
      compile(root);
    }
    const context = {
      root,
      options,
      account,
      output,
      folder,
      listeners,
      trustListeners,
      supervisor,
      names: certificateNames(options),
      trustedProxies: trustedProxies(),
    };
    await bringUp(context);
    output.plain(summary({ ...describe(context), dataNote: note }));
  } catch (error) {
    await ending.stop();
    // Ctrl-C during the start makes the services fail; that is no failure of the start.
    if (!ending.asked()) throw error;
  }
}

async function bringUp(context) {
  const { root, options, account, output, folder, supervisor } = context;
  context.secrets = loadSecrets(folder.secrets);
  context.tls = prepareTls({ ...context, folder: folder.tls });
  const runtime = prepareRuntime({ root, folder: folder.runtime, account, say: output.say });
  const free = await freePorts(NODE_SERVICES.length);
  const ports = Object.fromEntries(NODE_SERVICES.map((name, index) => [name, free[index]]));
  const urls = await startDatabases(context);
  const envs = serviceEnvironments({
    ...context,
    ...urls,
    ports,
    caFile: context.tls.ca,
    certificateFile: context.tls.shown,
    storage: folder.storage,
    metricsPort: options.metricsPort,
    notaryPort: options.notaryPort,
    publicUrl: publicUrl({ ...options, ...context }),
    hosts: [...externalHosts(context.names, options), ...givenHosts()],
  });
  writeRunState(context, { envs, databaseUrl: urls.databaseUrl });

  output.say('bringing the schema up to date …');
  await runMigrator({ env: envs.migrator, runtime, account, onLine: output.service('migrator') });
  output.say(`starting ${NODE_SERVICES.join(', ')} and nginx …`);
  await Promise.all(
    NODE_SERVICES.map((name) =>
      supervisor.add(name, () =>
        startService({ name, env: envs[name], runtime, account, port: ports[name], onLine: output.service(name) }),
      ),
    ),
  );
  await supervisor.add('nginx', () => startFrontDoor(context, { ports, home: runtime.home }));
  followTls(context);
  if (options.dev) {
    restartOnChange({ root, output, restart: () => takeNewCode(context) });
  }
}

function takeNewCode({ root, account, output, folder, supervisor }) {
  prepareRuntime({ root, folder: folder.runtime, account, say: output.say });
  return supervisor.restart(NODE_SERVICES);
}

function startFrontDoor(context, { ports, home }) {
  const { options, account, output, folder, listeners, trustListeners, tls, trustedProxies } = context;
  return startNginx({
    template: join(home, 'deploy/nginx/nginx.conf.template'),
    welcomeRoot: join(home, 'deploy/nginx/welcome'),
    runDir: join(folder.run, 'nginx'),
    listeners,
    trustListeners,
    tls,
    upstreams: {
      registry: `127.0.0.1:${ports.registry}`,
      core: `127.0.0.1:${ports.core}`,
      notary: `127.0.0.1:${ports['notary-server']}`,
    },
    storageRoot: folder.storage,
    trustedProxies,
    account,
    privileged: Math.min(options.httpPort, options.httpsPort, options.notaryPort ?? options.httpPort) < 1024,
    onLine: output.service('nginx'),
  });
}

const fingerprintOf = (file) => new X509Certificate(readFileSync(file)).fingerprint256;

const listOf = (name) =>
  (readVariable(name) ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
const trustedProxies = () => listOf('TRUSTED_PROXIES');
const givenHosts = () => listOf('EXTERNAL_HOSTS');

/** For `npm run admin:reset` and `keys:rotate`: what core and signer were told, and whether the database is somebody else's. */
function writeRunState({ folder, options }, { envs, databaseUrl }) {
  // Sealing keys anew needs no token: its PIN is written nowhere.
  const signer = { ...envs['notary-signer'] };
  delete signer.SIGNER_PKCS11_PIN;
  const state = { ownDatabase: !options.databaseUrl, databaseUrl, core: envs.core, 'notary-signer': signer };
  writeFileSync(join(folder.secrets, RUN_STATE), JSON.stringify(state), { mode: 0o600 });
}

function describe({ options, folder, listeners, names, tls, account, secrets }) {
  return {
    ...options,
    listeners,
    names,
    account,
    caFile: tls.ca,
    caFingerprint: tls.ca && fingerprintOf(tls.ca),
    data: folder.path,
    passwordFile: adminPasswordFile(folder.secrets),
    newPassword: firstShow(folder.secrets) ? secrets.adminPassword : undefined,
    given: readVariable('HARBOR_ADMIN_PASSWORD') === secrets.adminPassword,
  };
}
