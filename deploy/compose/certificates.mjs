// Keeps the certificate in the volume "secrets" good while everything runs; nginx notices a new one by itself
// (deploy/nginx/follow-certificate.sh).
import { CertificateFollower } from '../../tools/start/tls.mjs';
import { frontDoorCertificate } from './front-door-certificate.mjs';

const LOOK_EVERY_MS = Number(process.env.CERTIFICATE_LOOK_SECONDS ?? 10) * 1_000;
const [folder, ownFolder, hostname] = process.argv.slice(2);
const certificate = frontDoorCertificate({ folder, ownFolder, hostname });
const follower = new CertificateFollower({
  folder,
  wanted() {
    const pair = certificate.wanted();
    certificate.offerCa();
    return pair;
  },
  server: () => ({ check: () => Promise.resolve(undefined), reload: () => undefined }),
  say: (text) => process.stdout.write(`${text}\n`),
});
setInterval(() => void follower.look(), LOOK_EVERY_MS);
