import { setMaxListeners } from 'node:events';

import { Injectable } from '@nestjs/common';

import type { Channel } from '../application/ports/channel.port.js';
import { Clock } from '../application/ports/clock.port.js';
import { TargetDirectory } from '../application/ports/directory.port.js';
import { Journal } from '../application/ports/journal.port.js';
import { NoticeSweep } from '../application/ports/notice-sweep.port.js';
import type { SweepCounts } from '../application/ports/notice-sweep.port.js';
import { Outbox } from '../application/ports/outbox.port.js';
import { RecipientDirectory } from '../application/ports/recipients.port.js';
import { Texts } from '../application/ports/texts.port.js';
import { CommandRunner } from '../application/shared/command-runner.js';
import { Config } from '../infrastructure/config/config.js';
import { ChannelRelay } from '../infrastructure/relay/channel-relay.js';
import { DispatchRecorder } from '../infrastructure/relay/dispatch-recorder.js';
import { EnvelopeBuilder } from '../infrastructure/relay/envelope-builder.js';
import { Judge } from '../infrastructure/relay/judge.js';
import { Relay } from '../infrastructure/relay/relay.js';
import { RowKeeper } from '../infrastructure/relay/row-keeper.js';
import type { Duty } from './duty.js';

export interface RelayGround {
  readonly outbox: Outbox;
  readonly runner: CommandRunner;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly recipients: RecipientDirectory;
  readonly targets: TargetDirectory;
  readonly texts: Texts;
}

/** Takes dispatches to their channels. */
@Injectable()
export class RelayDuty extends NoticeSweep implements Duty {
  private readonly relay: Relay;

  constructor(
    { outbox, runner, clock, journal, recipients, targets, texts }: RelayGround,
    private readonly channels: readonly Channel[],
    config: Config,
  ) {
    super();
    const stop = new AbortController();
    const { signal } = stop;
    // Every send that is under way listens to it, and there may be hundreds.
    setMaxListeners(0, signal);
    const policy = { uncertain: config.uncertainPolicy };
    const judge = new Judge(runner, clock);
    const builder = new EnvelopeBuilder(recipients, targets, texts);
    const recorder = new DispatchRecorder(runner, clock, journal, signal);
    const keeper = new RowKeeper(outbox, recorder, clock, journal, policy);
    const parts = { outbox, judge, builder, keeper, recipients, clock, journal, policy, signal };
    this.relay = new Relay({
      outbox,
      judge,
      keeper,
      channels: channels.map((channel) => new ChannelRelay(channel, parts)),
      journal,
      abort: () => {
        stop.abort();
      },
    });
  }

  start(): void {
    this.relay.start();
  }

  async stop(graceMs: number): Promise<void> {
    await this.relay.stop(graceMs);
    await Promise.all(this.channels.map((channel) => channel.close()));
  }

  override runOnce(): Promise<SweepCounts> {
    return this.relay.runOnce();
  }
}
