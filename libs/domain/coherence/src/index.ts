export { CacheLease } from './cache-lease.entity';
export { Changes } from './changes';
export { ChangesModule, LeaseModule } from './coherence.module';
export { CoherentCache } from './coherent-cache';
export { LeaseHolder, type Ticket } from './lease-holder';
export { referenceScope, repositoryScope, signingScope, type Scope } from './scopes';
export { SingleFlight } from './single-flight';
