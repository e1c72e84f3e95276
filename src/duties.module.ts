import { Global, Module } from '@nestjs/common';
import type { Provider } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';

import type { Channel } from './application/ports/channel.port.js';
import { Clock } from './application/ports/clock.port.js';
import { TargetDirectory } from './application/ports/directory.port.js';
import { HEALTH_CHECKS } from './application/ports/health-check.port.js';
import { Journal } from './application/ports/journal.port.js';
import { NoticeReplayer } from './application/ports/notice-replayer.port.js';
import { NoticeSweep } from './application/ports/notice-sweep.port.js';
import { Outbox } from './application/ports/outbox.port.js';
import { RecipientDirectory } from './application/ports/recipients.port.js';
import { Texts } from './application/ports/texts.port.js';
import { OutcomeEffects, OutcomeEffectsSink } from './application/reactions/outcome-effects.js';
import { CommandRunner } from './application/shared/command-runner.js';
import { openChannels } from './channels.js';
import { ConsumersDuty } from './duties/consumers.duty.js';
import { Duties } from './duties/duties.js';
import { ExecutorDuty } from './duties/executor.duty.js';
import { Gauges, GaugeSources } from './duties/gauges.js';
import { ClockHealth, DatabaseHealth } from './duties/health.js';
import { LiveStores } from './duties/live-stores.js';
import { RelayDuty } from './duties/relay.duty.js';
import type { RelayGround } from './duties/relay.duty.js';
import { SafetySweeps } from './duties/safety-sweeps.js';
import { TimerReactions } from './duties/timer-reactions.js';
import { TimersDuty } from './duties/timers.duty.js';
import { Config } from './infrastructure/config/config.js';
import { EgressGuard } from './infrastructure/egress/egress-guard.js';
import { PostgresConsumerSink } from './infrastructure/postgres/consumer-sink.js';
import { Postgres } from './infrastructure/postgres/postgres.js';
import { RelayNoticeReplayer } from './infrastructure/relay/notice-replayer.js';
import { ProjectionsHealth } from './projections/projector/projections.health.js';

const RELAY_GROUND = Symbol('RELAY_GROUND');
const OUTSIDE_CHANNELS = Symbol('OUTSIDE_CHANNELS');

const PROVIDERS: readonly Provider[] = [
  LiveStores,
  OutcomeEffects,
  {
    provide: OutcomeEffectsSink,
    useFactory: (postgres: Postgres, effects: OutcomeEffects) => {
      const tenures = new PostgresConsumerSink<never>(postgres, { write: () => Promise.resolve() });
      return new OutcomeEffectsSink(tenures, effects);
    },
    inject: [Postgres, OutcomeEffects],
  },
  ConsumersDuty,
  TimerReactions,
  TimersDuty,
  ExecutorDuty,
  SafetySweeps,
  GaugeSources,
  Gauges,
  Duties,
  ClockHealth,
  DatabaseHealth,
  {
    provide: OUTSIDE_CHANNELS,
    useFactory: (
      config: Config,
      clock: Clock,
      guard: EgressGuard,
      recipients: RecipientDirectory,
      journal: Journal,
    ) => openChannels({ config, clock, guard, recipients, journal }),
    inject: [Config, Clock, EgressGuard, RecipientDirectory, Journal],
  },
  {
    provide: RELAY_GROUND,
    useFactory: (
      outbox: Outbox,
      runner: CommandRunner,
      clock: Clock,
      ...rest: [Journal, RecipientDirectory, TargetDirectory, Texts]
    ): RelayGround => {
      const [journal, recipients, targets, texts] = rest;
      return { outbox, runner, clock, journal, recipients, targets, texts };
    },
    inject: [Outbox, CommandRunner, Clock, Journal, RecipientDirectory, TargetDirectory, Texts],
  },
  {
    provide: RelayDuty,
    useFactory: (ground: RelayGround, channels: readonly Channel[], config: Config) =>
      new RelayDuty(ground, channels, config),
    inject: [RELAY_GROUND, OUTSIDE_CHANNELS, Config],
  },
  {
    provide: NoticeReplayer,
    useFactory: (ground: RelayGround, channels: readonly Channel[]) =>
      new RelayNoticeReplayer(ground, channels),
    inject: [RELAY_GROUND, OUTSIDE_CHANNELS],
  },
  { provide: NoticeSweep, useExisting: RelayDuty },
  {
    provide: ProjectionsHealth,
    useFactory: (consumers: ConsumersDuty) => new ProjectionsHealth(consumers),
    inject: [ConsumersDuty],
  },
  {
    provide: HEALTH_CHECKS,
    useFactory: (...checks: readonly unknown[]) => checks,
    inject: [DatabaseHealth, ClockHealth, ProjectionsHealth],
  },
];

/** What the service does by itself. */
@Global()
@Module({
  imports: [ScheduleModule.forRoot()],
  providers: [...PROVIDERS],
  exports: [NoticeReplayer, NoticeSweep, HEALTH_CHECKS],
})
export class DutiesModule {}
