import type { Consumer } from '../ports/consumer.port.js';
import type { LeaseChange } from '../ports/leases.port.js';
import { decodeEvent } from '../shared/decode-event.js';

/** The leases that follow from claims and their ends. Holders insert theirs at once; this heals what a crash left out. */
export const leasesConsumer: Consumer<LeaseChange> = {
  name: 'leases',
  version: 1,
  project: (recorded) => {
    const event = decodeEvent(recorded);
    const { streamId } = recorded;
    switch (event.type) {
      case 'TargetClaimed':
      case 'WorkAccepted': {
        const { targetId, fence, leaseMs } = event.data;
        const kind = event.type === 'TargetClaimed' ? 'open' : 'extend';
        return [{ kind, lease: { streamId, targetId, fence }, leaseMs }];
      }
      case 'ClaimExpired':
      case 'AttemptFailed':
      case 'OutcomeRecorded': {
        const { targetId, fence } = event.data;
        return [{ kind: 'close', lease: { streamId, targetId, fence } }];
      }
      default:
        return [];
    }
  },
};
