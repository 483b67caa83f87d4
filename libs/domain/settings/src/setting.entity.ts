import { Column, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';

/** What an administrator changes at run time, and the platform's own small state. */
@Entity('setting')
export class Setting {
  @PrimaryColumn({ type: 'varchar', length: 128, collation: 'C', primaryKeyConstraintName: 'setting_pkey' })
  key!: string;

  @Column({ type: 'jsonb' })
  value!: unknown;

  @UpdateDateColumn({ name: 'update_time', type: 'timestamptz' })
  updateTime!: Date;
}
