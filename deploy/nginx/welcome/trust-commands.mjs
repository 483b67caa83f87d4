// The commands that place the CA where each client looks for it. The welcome page shows them, and `npm start` prints them.

/**
 * @param {object} options
 * @param {string} options.place host and port as they stand in an image's name; without the port when it is 443
 * @param {string} options.ca path of the CA's PEM file
 * @param {string} [options.trustPlace] where trust data has a port of its own
 * @param {string} [options.asRoot] what stands before a command for root
 * @returns {{ client: string, lines: string[] }[]} client: docker, podman, content-trust, notary, debian, redhat or macos
 */
export function trustCommands({ place, ca, trustPlace, asRoot = 'sudo ' }) {
  const file = quoted(ca);
  const into = (folder, root) => `${root}mkdir -p ${folder} && ${root}cp ${file} ${folder}/ca.crt`;
  const stored = `${place.replace(/:\d+$/, '').replace(/[^\w.-]+/g, '')}-ca.crt`;
  const trustPlaces = trustPlace ? [place, trustPlace] : [place];
  return [
    { client: 'docker', lines: [into(`/etc/docker/certs.d/${place}`, asRoot)] },
    { client: 'podman', lines: [into(`/etc/containers/certs.d/${place}`, asRoot)] },
    { client: 'content-trust', lines: trustPlaces.map((each) => into(`~/.docker/tls/${each}`, '')) },
    {
      client: 'notary',
      lines: [
        `notary -s https://${trustPlaces.at(-1)} -d ~/.docker/trust --tlscacert ${file} list ${place}/library/alpine`,
      ],
    },
    {
      client: 'debian',
      lines: [`${asRoot}cp ${file} /usr/local/share/ca-certificates/${stored} && ${asRoot}update-ca-certificates`],
    },
    {
      client: 'redhat',
      lines: [`${asRoot}cp ${file} /etc/pki/ca-trust/source/anchors/${stored} && ${asRoot}update-ca-trust`],
    },
    {
      client: 'macos',
      lines: [`sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain ${file}`],
    },
  ];
}

/** Host and port as clients write them; an address of version 6 stands in brackets. */
export function placeOf(host, port) {
  const bracketed = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return port === 443 ? bracketed : `${bracketed}:${port}`;
}

/** How to get the CA on another machine, where it is not trusted yet. */
export const fetchCommand = (place) => `curl -fsSk https://${place}/api/v2.0/systeminfo/getcert -o ca.crt`;

/** For a shell. */
const quoted = (path) => (/^[\w@%+=:,./~-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`);
