// When a certificate is to be made anew. Pure.
import { X509Certificate } from 'node:crypto';

/** From when to when it is good, in milliseconds since 1970. */
export function lifeOf(pem) {
  const { validFrom, validTo } = new X509Certificate(pem);
  return { from: Date.parse(validFrom), to: Date.parse(validTo) };
}

export const hasEnded = (pem, now) => lifeOf(pem).to <= now.getTime();

export const notYet = (pem, now) => lifeOf(pem).from > now.getTime();

/** Two thirds of its life are over: what fails then can be looked into at leisure. */
export function isDue(pem, now) {
  const { from, to } = lifeOf(pem);
  return now.getTime() >= from + ((to - from) * 2) / 3;
}
