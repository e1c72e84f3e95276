import type { ExecutionPolicy } from '../../domain/action/action.events.js';
import type { ChannelName } from '../../domain/notice/dispatch.js';

/** What the installation allows and assumes where a request is silent. */
export abstract class ActionPolicy {
  abstract readonly leadMinMs: number;
  abstract readonly targetsMax: number;
  abstract readonly noticeLeadDefaultSeconds: number;
  abstract readonly noticeLeadMaxSeconds: number;
  /** Channels that are configured, in the order of `CHANNELS`. */
  abstract readonly channels: readonly ChannelName[];
  abstract readonly execution: ExecutionPolicy;
}
