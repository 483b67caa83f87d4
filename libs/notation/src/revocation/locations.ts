import { childrenOf, context, fieldsOf, readDer, tags } from '../encoding/der';
import { oidOf } from '../encoding/der-values';
import { type Certificate } from '../x509/certificate';
import { urisIn } from '../x509/distinguished-name';

const AUTHORITY_INFORMATION = '1.3.6.1.5.5.7.1.1';
const OCSP = '1.3.6.1.5.5.7.48.1';
const DISTRIBUTION_POINTS = '2.5.29.31';

/** Only plain HTTP is asked for (trust-store-trust-policy.md "CRLs"): what comes back is signed. */
const isHttp = (url: string): boolean => /^http:\/\/[^\s]+$/i.test(url);

/** RFC 5280 4.2.2.1. */
export function ocspUrlsOf(certificate: Certificate): string[] {
  const extension = certificate.extensions.get(AUTHORITY_INFORMATION);
  if (extension === undefined) return [];
  const descriptions = fieldsOf(readDer(extension.value), tags.sequence, 'authorityInfoAccess');
  return descriptions
    .flatMap((description) => {
      const [method] = childrenOf(description);
      return oidOf(method, 'the access method') === OCSP ? urisIn(description) : [];
    })
    .filter(isHttp);
}

/** RFC 5280 4.2.1.13. */
export function crlUrlsOf(certificate: Certificate): string[] {
  const extension = certificate.extensions.get(DISTRIBUTION_POINTS);
  return extension === undefined ? [] : distributionPointUrls(extension.value);
}

/** The URLs of `CRLDistributionPoints`, which `freshestCRL` is as well. */
export function distributionPointUrls(value: Buffer): string[] {
  const points = fieldsOf(readDer(value), tags.sequence, 'the distribution points');
  return points.flatMap((point) => {
    const name = childrenOf(point).find(({ tag }) => tag === context(0));
    return name === undefined ? [] : fullNameUrls(name.content);
  });
}

/** `DistributionPointName`, of which only a full name can be followed. */
export function fullNameUrls(content: Buffer): string[] {
  const name = readDer(content);
  return name.tag === context(0) ? urisIn(name).filter(isHttp) : [];
}
