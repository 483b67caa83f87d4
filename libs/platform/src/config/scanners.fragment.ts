import { networkList } from './fragments';

/** Of processes that ask scanner adapters. */
export const scannersFragment = {
  SCANNER_ALLOWED_NETWORKS: networkList.describe(
    'Internal addresses or CIDRs where scanner adapters may be; others are refused',
  ),
};
