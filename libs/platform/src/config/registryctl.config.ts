import { z } from 'zod';
import { serverFragment } from './fragments';
import { storageFragment, withStorageRules } from './storage.fragment';

export const registryctlConfig = withStorageRules(z.object({ ...serverFragment, ...storageFragment }));
export type RegistryctlConfig = z.output<typeof registryctlConfig>;
