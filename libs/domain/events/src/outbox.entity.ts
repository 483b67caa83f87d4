import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** An event written in the transaction of the change it tells of; the relay publishes and removes it. */
@Entity('outbox')
export class OutboxEvent {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'outbox_pkey',
  })
  id!: number;

  /** Past tense, dotted: `artifact.pushed`. */
  @Column({ type: 'varchar', length: 64 })
  topic!: string;

  /** Events of one key are published in order. */
  @Column({ type: 'varchar', length: 512 })
  key!: string;

  @Column({ type: 'jsonb' })
  payload!: unknown;

  @CreateDateColumn({ name: 'creation_time', type: 'timestamptz' })
  creationTime!: Date;
}
