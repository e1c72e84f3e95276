import { withRecorded } from '../../domain/directory/target.js';
import type { KnownEvent } from '../../domain/upcasters/current-schemas.js';
import type { Consumer } from '../ports/consumer.port.js';
import type { RecordedTarget } from '../ports/target-table.port.js';
import type { RecordedVersion } from '../ports/versions.port.js';
import { decodeEvent } from '../shared/decode-event.js';

/** What an event of the directory makes of its tables. */
export type DirectoryChange =
  | { readonly kind: 'target'; readonly recorded: RecordedTarget }
  | { readonly kind: 'version'; readonly recorded: RecordedVersion }
  | { readonly kind: 'erasure'; readonly recipientId: string };

/**
 * Carries directory events into the directory's tables, for the case that the writer died between the two. Where the
 * table is up to date already, a change does nothing.
 */
export const directoryConsumer: Consumer<DirectoryChange> = {
  name: 'directory',
  version: 1,
  project: (recorded) => changesOf(decodeEvent(recorded), recorded.version),
};

const changesOf = (event: KnownEvent, revision: number): readonly DirectoryChange[] => {
  switch (event.type) {
    case 'TargetRecorded':
      return [{ kind: 'target', recorded: { target: withRecorded(null, event.data), revision } }];
    case 'VersionPublished':
    case 'VersionDisabled': {
      const disabled = event.type === 'VersionDisabled';
      return [{ kind: 'version', recorded: { version: event.data.version, disabled, revision } }];
    }
    case 'RecipientErased':
      return [{ kind: 'erasure', recipientId: event.data.recipientId }];
    default:
      return [];
  }
};
