import type { SendResult } from '../../../src/application/ports/channel.port.js';

export const transient = (failureClass: string, more: Partial<SendResult> = {}) => ({
  kind: 'failed' as const,
  permanent: false,
  failureClass,
  ...more,
});

export const permanent = (failureClass: string) => ({
  kind: 'failed' as const,
  permanent: true,
  failureClass,
});

export const uncertain = (failureClass: string) => ({ kind: 'uncertain' as const, failureClass });

export const busy = transient('rate_limited', { retryAfterMs: 120_000 });
