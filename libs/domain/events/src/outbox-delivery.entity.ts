import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** An event on its way to one subscriber, who removes it. */
@Entity('outbox_delivery')
@Index('outbox_delivery_creation_time_idx', ['subscriber', 'creationTime'])
export class OutboxDelivery {
  @PrimaryColumn({ type: 'varchar', length: 32, collation: 'C', primaryKeyConstraintName: 'outbox_delivery_pkey' })
  subscriber!: string;

  /** Of the outbox: the order in which a subscriber hears. */
  @PrimaryColumn({ name: 'event_id', type: 'bigint', primaryKeyConstraintName: 'outbox_delivery_pkey' })
  eventId!: number;

  @Column({ type: 'varchar', length: 64 })
  topic!: string;

  @Column({ type: 'varchar', length: 512 })
  key!: string;

  @Column({ type: 'jsonb' })
  payload!: unknown;

  /** When it happened. */
  @Column({ name: 'creation_time', type: 'timestamptz' })
  creationTime!: Date;
}
