import { createSign, type KeyObject } from 'node:crypto';

export interface EcCertificate {
  commonName: string;
  publicKey: KeyObject;
  privateKey: KeyObject;
  from?: Date;
  to?: Date;
  ca?: boolean;
}

const day = 24 * 3_600_000;

/** A self-signed certificate of an ECDSA key (RFC 5280), which node-forge cannot make; PEM. */
export function makeEcCertificate(certificate: EcCertificate): string {
  const { commonName, publicKey, privateKey, ca = false } = certificate;
  const { from = new Date(Date.now() - day), to = new Date(Date.now() + 365 * day) } = certificate;
  const name = sequence(set(sequence(oid('550403'), der(0x0c, Buffer.from(commonName)))));
  const basicConstraints = sequence(
    oid('551d13'),
    der(0x04, ca ? sequence(der(0x01, Buffer.from([0xff]))) : sequence()),
  );
  const toBeSigned = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    ecdsaWithSha256,
    name,
    sequence(time(from), time(to)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(basicConstraints)),
  );
  const signature = createSign('sha256').update(toBeSigned).sign(privateKey);
  const bytes = sequence(toBeSigned, ecdsaWithSha256, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const head =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

const sequence = (...items: Buffer[]): Buffer => der(0x30, Buffer.concat(items));
const set = (item: Buffer): Buffer => der(0x31, item);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
/** GeneralizedTime, good for every year. */
const time = (date: Date): Buffer => der(0x18, Buffer.from(date.toISOString().replace(/[-:T]|\.\d+/g, '')));

const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));
