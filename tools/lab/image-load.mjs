// Rounds of clients that push, pull and log in.
import { randomBytes } from 'node:crypto';
import { Api, Repository } from './client.mjs';

/**
 * @param {{ lab: Awaited<ReturnType<typeof import('./lab.mjs').startLab>>, project: string, label: string }} options
 */
export async function imageLoad({ lab, project, label }) {
  const name = `${project}/${label}`;
  const api = new Api(lab.cores[0].url, lab.admin);
  const token = await api.token(name);
  /** Tag → digest, once 201 was heard. */
  const acknowledged = new Map();
  return {
    /** @param {number} worker @param {number} index @param {import('./load.mjs').Check} check */
    async round(worker, index, check) {
      const { url } = lab.registries[worker % lab.registries.length];
      const repository = watched(new Repository(url, name, token), check);
      const tag = `w${worker}-${index}`;
      acknowledged.set(tag, await repository.pushImage(tag, [randomBytes(20_000)]));
      await repository.verify(tag);
      check(await api.askToken(`${name}:pull`), 'token');
    },

    /** Pulls every acknowledged image whole, at each registry; how many there are. */
    async verify() {
      for (const { url } of lab.registries) {
        const repository = new Repository(url, name, token);
        for (const [tag, digest] of acknowledged) {
          const found = await repository.verify(tag);
          if (found !== digest) throw new Error(`${tag} is ${found}, acknowledged was ${digest}`);
        }
      }
      return acknowledged.size;
    },
  };
}

/** The repository, with every answer looked at. */
function watched(repository, check) {
  const plain = repository.send.bind(repository);
  repository.send = async (method, path, options) => check(await plain(method, path, options), `${method} ${path}`);
  return repository;
}
