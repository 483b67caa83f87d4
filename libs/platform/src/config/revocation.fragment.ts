import { networkList } from './fragments';

/** Of processes that verify signatures. */
export const revocationFragment = {
  REVOCATION_ALLOWED_NETWORKS: networkList.describe(
    'Internal addresses or CIDRs where OCSP responders and revocation lists may be; others are refused',
  ),
};
