import { randomUUID } from 'node:crypto';

import type {
  Envelope,
  EnvelopeAction,
  EnvelopeMember,
  EnvelopeRecipient,
} from '../../../src/application/ports/channel.port.js';

export const memberOf = (overrides: Partial<EnvelopeMember> = {}): EnvelopeMember => ({
  dispatchId: '5f0c1d8e-0000-4000-8000-000000000001',
  targetId: 'i-1',
  targetName: 'web-1',
  revision: 1,
  startsAt: '2030-07-01T20:00:00.000Z',
  previousStartsAt: null,
  fromVersion: null,
  toVersion: null,
  ...overrides,
});

type Overrides = Partial<Omit<Envelope, 'action' | 'recipient'>> & {
  readonly action?: Partial<EnvelopeAction>;
  readonly recipient?: Partial<EnvelopeRecipient>;
};

/** A notice of one restart to one recipient, who has no address unless the test gives one. */
export const envelopeOf = ({ action, recipient, ...overrides }: Overrides = {}): Envelope => ({
  id: randomUUID(),
  kind: 'notice',
  attempt: 1,
  members: [memberOf()],
  notAfter: '2030-07-01T20:00:00.000Z',
  inReplyTo: null,
  hedged: false,
  replay: false,
  correlationId: '5f0c1d8e-0000-4000-8000-00000000000c',
  causationId: '5f0c1d8e-0000-4000-8000-00000000000d',
  position: '42',
  ...overrides,
  action: {
    actionId: 'a-1',
    actionType: 'restart',
    stage: 0,
    subject: null,
    body: null,
    reason: null,
    ...action,
  },
  recipient: {
    recipientId: 'r-1',
    displayName: 'Ada',
    locale: 'en',
    zone: 'UTC',
    emails: [],
    webhook: null,
    pushSubscriptions: [],
    ...recipient,
  },
});
