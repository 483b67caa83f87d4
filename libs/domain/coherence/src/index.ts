export { CacheLease } from './cache-lease.entity';
export { Changes } from './changes';
export { ChangesModule, LeaseModule } from './coherence.module';
export { CoherentCache } from './coherent-cache';
export { LeaseHolder, type Ticket } from './lease-holder';
export { repositoryScope, type Scope } from './scopes';
