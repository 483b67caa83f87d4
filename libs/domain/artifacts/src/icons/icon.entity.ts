import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

/** An artifact's own icon, as it was read from the layer of that digest. */
@Entity('icon')
export class Icon {
  @PrimaryColumn({ type: 'varchar', length: 160, collation: 'C', primaryKeyConstraintName: 'icon_pkey' })
  digest!: string;

  @Column({ name: 'content_type', type: 'varchar', length: 64 })
  contentType!: string;

  @Column({ type: 'bytea' })
  content!: Buffer;

  @CreateDateColumn({ name: 'creation_time', type: 'timestamptz' })
  creationTime!: Date;
}
