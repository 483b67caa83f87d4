import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Who did what, when. Partitioned by month of `op_time`; the partitions are made ahead by the job service. */
@Entity('audit_log')
@Index('audit_log_project_id_op_time_idx', ['projectId', 'opTime'])
@Index('audit_log_op_time_idx', ['opTime'])
@Index('audit_log_operation_op_time_idx', ['operation', 'opTime'])
@Index('audit_log_username_op_time_idx', ['username', 'opTime'])
@Index('audit_log_resource_op_time_idx', ['resource', 'opTime'])
@Index('audit_log_source_address_op_time_idx', ['sourceAddress', 'opTime'])
@Index('audit_log_failed_idx', ['opTime'], { where: 'NOT operation_result' })
@Index('audit_log_resource_type_operation_op_time_idx', ['resourceType', 'operation', 'opTime'])
export class AuditLog {
  @PrimaryColumn({
    type: 'bigint',
    generated: 'identity',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'audit_log_pkey',
  })
  id!: number;

  @PrimaryColumn({
    name: 'op_time',
    type: 'timestamptz',
    default: () => 'now()',
    primaryKeyConstraintName: 'audit_log_pkey',
  })
  opTime!: Date;

  @Column({ name: 'project_id', type: 'bigint', nullable: true })
  projectId!: number | null;

  @Column({ type: 'varchar', length: 255 })
  username!: string;

  @Column({ type: 'varchar', length: 50 })
  operation!: string;

  @Column({ name: 'resource_type', type: 'varchar', length: 255 })
  resourceType!: string;

  @Column({ type: 'varchar', length: 1024 })
  resource!: string;

  @Column({ name: 'operation_description', type: 'varchar', length: 1024, default: '' })
  operationDescription!: string;

  @Column({ name: 'operation_result', type: 'boolean', default: true })
  operationResult!: boolean;

  @Column({ name: 'source_address', type: 'varchar', length: 64, default: '' })
  sourceAddress!: string;

  @Column({ name: 'user_agent', type: 'varchar', length: 255, default: '' })
  userAgent!: string;
}
