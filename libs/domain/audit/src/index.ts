export { auditEventTypes, type AuditEventType } from './audit-event-types';
export { AuditForwarder } from './audit-forwarder';
export { AuditListRepository, type AuditDetail } from './audit-list.repository';
export { AuditLog } from './audit-log.entity';
export { AuditModule } from './audit.module';
export { AuditPurgeModule } from './audit-purge.module';
export { AuditPurgeService, type PurgeParameters } from './audit-purge.service';
export { AuditSubscriber } from './audit-subscriber';
export { AuditTrail, type AuditedAction } from './audit-trail';
