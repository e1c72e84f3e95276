import { Column, Entity, PrimaryColumn, UpdateDateColumn, VersionColumn } from 'typeorm';

@Entity({ schema: 'forewarn', name: 'directory_recipients' })
export class RecipientEntity {
  @PrimaryColumn('text', { name: 'recipient_id' })
  recipientId!: string;

  @Column('text', { name: 'display_name', nullable: true })
  displayName!: string | null;

  @Column('text')
  zone!: string;

  @Column('text')
  locale!: string;

  @Column('text', { array: true })
  emails!: string[];

  @Column('timestamptz', { name: 'erased_at', nullable: true })
  erasedAt!: Date | null;

  @VersionColumn({ name: 'revision' })
  rowRevision!: number;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: Date;
}
