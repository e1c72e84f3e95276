import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity({ schema: 'forewarn', name: 'catalogue_versions' })
export class VersionEntity {
  @PrimaryColumn('text')
  version!: string;

  @Column('boolean')
  disabled!: boolean;

  /** Version of the event in the catalogue's stream. */
  @Column('integer', { name: 'stream_version' })
  streamVersion!: number;
}
