// Which certificate the front door shows, and its renewal while everything runs.
import { adoptCertificate, ensureCertificates, wantedPair } from './certificates.mjs';
import { certificateNames } from './listeners.mjs';
import { lifeOf } from './tls/lifetime.mjs';
import { readIfThere } from './tls/pem-files.mjs';
import { placePair, serverFiles } from './tls/server-certificate.mjs';

const LOOK_EVERY_MS = 10_000;
/** Each network that a container engine makes has an address: not every one is worth a certificate at once. */
const NAMES_AGE_MS = 600_000;
/** What nginx refuses may be for a moment only, a full disk for instance. */
const REFUSED_FOR_MS = 600_000;

export function prepareTls({ options, folder, account, names }) {
  const { tlsCert: cert, tlsKey: key, tlsCa: ca } = options;
  return cert ? adoptCertificate({ folder, cert, key, ca, account }) : ensureCertificates({ folder, names, account });
}

/**
 * Looks at the certificate again and again: the operator's files are taken when they have changed, the one that was made
 * is renewed when it is due or the machine has another name. Contents are compared, not times: a mounted secret changes
 * behind a link.
 */
export function followTls({ options, folder, account, supervisor, output }) {
  const { tlsCert: cert, tlsKey: key } = options;
  const names = remembered(NAMES_AGE_MS, () => certificateNames(options));
  const follower = new CertificateFollower({
    folder: folder.tls,
    account,
    wanted: () => wantedPair({ folder: folder.tls, ...(cert ? { own: { cert, key } } : { names: names() }) }),
    server: () => supervisor.get('nginx'),
    say: output.say,
  });
  setInterval(() => void follower.look(), LOOK_EVERY_MS).unref();
}

function remembered(ageMs, make) {
  let [value, until] = [undefined, 0];
  return () => {
    if (Date.now() >= until) [value, until] = [make(), Date.now() + ageMs];
    return value;
  };
}

/** Puts what is wanted in place, and has the server take it; what the server refuses is taken back. */
export class CertificateFollower {
  #options;
  #looking = false;
  /** Said already. */
  #problem;
  /** A pair that the server refused, and how long it is left alone. */
  #refused = { text: '', until: 0, problem: '' };

  /**
   * @param {object} options
   * @param {string} options.folder
   * @param {import('../services/account.mjs').Account} [options.account]
   * @param {() => string} options.wanted what server.pem should hold; throws when there is nothing good
   * @param {() => { check(): Promise<string | undefined>, reload(): void }} options.server
   * @param {(text: string) => void} options.say
   */
  constructor(options) {
    this.#options = options;
  }

  async look() {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const problem = await this.#take(this.#options.wanted());
      if (!problem) this.#problem = undefined;
      else this.#complain(problem);
    } catch (error) {
      this.#complain(error.message);
    } finally {
      this.#looking = false;
    }
  }

  /** Answers what is wrong with it, if anything is. */
  async #take(text) {
    const { folder, account, server, say } = this.#options;
    const before = readIfThere(serverFiles(folder).pem);
    if (text === this.#refused.text && Date.now() < this.#refused.until) return this.#refused.problem;
    if (!placePair({ folder, text, account })) return undefined;
    const problem = await server().check();
    if (problem) {
      if (before !== undefined) placePair({ folder, text: before, account });
      this.#refused = { text, until: Date.now() + REFUSED_FOR_MS, problem: `nginx refuses the new one: ${problem}` };
      return this.#refused.problem;
    }
    server().reload();
    say(`new connections get the new certificate, which ends on ${new Date(lifeOf(text).to).toISOString()}`);
    return undefined;
  }

  #complain(problem) {
    if (problem !== this.#problem) this.#options.say(`the old certificate stays in use: ${problem}`);
    this.#problem = problem;
  }
}
