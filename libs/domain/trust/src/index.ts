export { TrustChange } from './trust-change.entity';
export { TrustFile } from './trust-file.entity';
export { TrustRepository } from './trust-repository.entity';
export { TrustTarget } from './trust-target.entity';
