export { usageAfter } from './quota-arithmetic';
export { Quota } from './quota.entity';
export { QuotasModule } from './quotas.module';
export { assertLimit } from './quota-limit';
export { QuotaListRepository, type QuotaDetail, type QuotaListOptions } from './quota-list.repository';
export { QuotasService } from './quotas.service';
export type { LockedQuota } from './quotas.repository';
export { QuotaEvents, type QuotaCause } from './quota-events';
