import { Column, Entity, PrimaryColumn } from 'typeorm';

import type { TextKind } from '../../../application/ports/texts.port.js';

@Entity({ schema: 'forewarn', name: 'texts' })
export class TextEntity {
  @PrimaryColumn('uuid')
  ref!: string;

  @Column('text')
  kind!: TextKind;

  @Column('text')
  text!: string;

  @Column('bytea')
  salt!: Buffer;
}
