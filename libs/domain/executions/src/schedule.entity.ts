import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** What runs again and again. The row is what counts; the queue's job scheduler is made from it. */
@Entity('schedule')
@Index('schedule_vendor_type_vendor_id_key', ['vendorType', 'vendorId'], { unique: true })
export class Schedule {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'schedule_pkey',
  })
  id!: number;

  @Column({ name: 'vendor_type', type: 'varchar', length: 64 })
  vendorType!: string;

  @Column({ name: 'vendor_id', type: 'bigint', default: -1 })
  vendorId!: number;

  /** As people chose it: Hourly, Daily, Weekly, Custom. */
  @Column({ name: 'cron_type', type: 'varchar', length: 16 })
  cronType!: string;

  /** Six fields, from the second; UTC. */
  @Column({ type: 'varchar', length: 64 })
  cron!: string;

  /** What its executions are started with. */
  @Column({ type: 'jsonb', default: () => "'{}'" })
  parameters!: Record<string, unknown>;

  /** Whoever moves it on starts the execution of that instant. */
  @Column({ name: 'next_time', type: 'timestamptz' })
  nextTime!: Date;

  @Column({ name: 'creation_time', type: 'timestamptz', default: () => 'now()' })
  creationTime!: Date;

  @Column({ name: 'update_time', type: 'timestamptz', default: () => 'now()' })
  updateTime!: Date;
}
