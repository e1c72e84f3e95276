import { Channel } from '../../src/application/ports/channel.port.js';
import type { Envelope, SendResult } from '../../src/application/ports/channel.port.js';
import { CAPABILITY } from '../../src/domain/notice/dispatch.js';
import type { ChannelName } from '../../src/domain/notice/dispatch.js';

type Script = (envelope: Envelope, signal: AbortSignal) => SendResult | Promise<SendResult>;

/** A way out of the process that does what the test says. Every call is kept, whatever became of it. */
export class ScriptedChannel extends Channel {
  override readonly capability;
  readonly sent: Envelope[] = [];
  isClosed = false;
  underway = 0;
  underwayMax = 0;
  private readonly scripts: Script[] = [];

  constructor(
    override readonly name: ChannelName,
    override readonly concurrency = 4,
    override readonly timeoutMs = 10_000,
  ) {
    super();
    this.capability = CAPABILITY[name];
  }

  override readonly membersNamedMax = 20;
  /** What a call does for which there is no script of its own. */
  otherwise: Script = () => ({ kind: 'sent' });

  /** What the next call does that has no script yet. */
  next(script: Script): void {
    this.scripts.push(script);
  }

  override async send(envelope: Envelope, signal: AbortSignal): Promise<SendResult> {
    this.sent.push(envelope);
    this.underway += 1;
    this.underwayMax = Math.max(this.underwayMax, this.underway);
    try {
      return await (this.scripts.shift() ?? this.otherwise)(envelope, signal);
    } finally {
      this.underway -= 1;
    }
  }

  override close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}
