import { ApiProperty } from '@nestjs/swagger';

/** The answer to a write: enough to read it back, and nothing personal, since answers may be kept. */
export class WrittenResponse {
  @ApiProperty({
    description:
      'Log position of the event that was appended; null when nothing changed that decisions read.',
    type: String,
    nullable: true,
  })
  readonly position!: string | null;
}

export const writtenAt = (position: bigint | null): WrittenResponse => ({
  position: position === null ? null : String(position),
});
