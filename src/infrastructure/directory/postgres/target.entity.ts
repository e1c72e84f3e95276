import { Column, Entity, PrimaryColumn, UpdateDateColumn, VersionColumn } from 'typeorm';

import type { Lifecycle } from '../../../domain/directory/directory.events.js';

@Entity({ schema: 'forewarn', name: 'directory_targets' })
export class TargetEntity {
  @PrimaryColumn('text', { name: 'target_id' })
  targetId!: string;

  @Column('text')
  name!: string;

  @Column('text')
  type!: string;

  @Column('text', { name: 'owner_id', nullable: true })
  ownerId!: string | null;

  @Column('jsonb')
  labels!: Readonly<Record<string, string>>;

  @Column('text')
  lifecycle!: Lifecycle;

  @Column('text', { nullable: true })
  version!: string | null;

  @Column('text', { nullable: true })
  pin!: string | null;

  /** Version of the last event in the target's stream that the row has. */
  @Column('integer', { name: 'stream_version' })
  streamVersion!: number;

  @VersionColumn({ name: 'revision' })
  rowRevision!: number;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: Date;
}
