import { InitialSchema1795300000000 } from './1795300000000-initial-schema';
import { CacheLease1795310000000 } from './1795310000000-cache-lease';
import { ListedArtifacts1795392798700 } from './1795392798700-listed-artifacts';
import { Jobs1795400000000 } from './1795400000000-jobs';
import { TaskLosses1795401000000 } from './1795401000000-task-losses';
import { BlobRemovals1795402000000 } from './1795402000000-blob-removals';
import { DeletedArtifacts1795403000000 } from './1795403000000-deleted-artifacts';
import { TagRules1795404000000 } from './1795404000000-tag-rules';
import { Webhooks1795405000000 } from './1795405000000-webhooks';
import { BlobStatus1795406000000 } from './1795406000000-blob-status';
import { People1795502000000 } from './1795502000000-people';
import { LabelsAdditions1795503000000 } from './1795503000000-labels-additions';
import { TagsSearchBytes1795504000000 } from './1795504000000-tags-search-bytes';
import { AuditAndQuotas1795505000000 } from './1795505000000-audit-and-quotas';
import { Scanners1795506000000 } from './1795506000000-scanners';
import { ListIndexes1795507000000 } from './1795507000000-list-indexes';
import { LabelSearch1795508000000 } from './1795508000000-label-search';
import { ContentTrust1795600000000 } from './1795600000000-content-trust';
import { TrustPolicies1795610000000 } from './1795610000000-trust-policies';
import { Signatures1795620000000 } from './1795620000000-signatures';
import { SignedTags1795630000000 } from './1795630000000-signed-tags';
import { TrustProtection1795640000000 } from './1795640000000-trust-protection';
import { KeysInTokens1795650000000 } from './1795650000000-keys-in-tokens';

/** Every migration in order. `nx g @breakwater/workspace:migration` adds one; a merged one is never edited. */
export const migrations = [
  InitialSchema1795300000000,
  CacheLease1795310000000,
  ListedArtifacts1795392798700,
  Jobs1795400000000,
  TaskLosses1795401000000,
  BlobRemovals1795402000000,
  DeletedArtifacts1795403000000,
  TagRules1795404000000,
  Webhooks1795405000000,
  BlobStatus1795406000000,
  People1795502000000,
  LabelsAdditions1795503000000,
  TagsSearchBytes1795504000000,
  AuditAndQuotas1795505000000,
  Scanners1795506000000,
  ListIndexes1795507000000,
  LabelSearch1795508000000,
  ContentTrust1795600000000,
  TrustPolicies1795610000000,
  Signatures1795620000000,
  SignedTags1795630000000,
  TrustProtection1795640000000,
  KeysInTokens1795650000000,
];
