import { Equals, IsBoolean } from 'class-validator';

import { IsId } from '../../validation/fields.js';
import { IsVersionName, MaySkip } from '../directory-fields.js';
import { RecipientRequest } from '../recipient.request.js';
import { TargetRequest } from '../target.request.js';

/** A line `{"kind": "target", …}`. */
export class TargetLine extends TargetRequest {
  @Equals('target')
  readonly kind!: 'target';

  @IsId()
  readonly targetId!: string;
}

/** A line `{"kind": "recipient", …}`. */
export class RecipientLine extends RecipientRequest {
  @Equals('recipient')
  readonly kind!: 'recipient';

  @IsId()
  readonly recipientId!: string;
}

/** A line `{"kind": "version", …}`. */
export class VersionLine {
  @Equals('version')
  readonly kind!: 'version';

  @IsVersionName()
  readonly version!: string;

  @MaySkip()
  @IsBoolean()
  readonly disabled?: boolean;
}
