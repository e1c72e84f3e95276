import os from 'node:os';

import { Global, Module } from '@nestjs/common';
import type { Provider } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';

import { ActionPolicy } from './application/action/action-policy.js';
import { CancelActionHandler } from './application/action/cancel-action.js';
import { CancelTargetHandler } from './application/action/cancel-target.js';
import { ActionEditor } from './application/action/edit-action.js';
import { HeartbeatClaimHandler } from './application/action/heartbeat-claim.js';
import { PauseActionHandler } from './application/action/pause-action.js';
import { ActionPlanner } from './application/action/plan-request.js';
import { PreviewActionHandler } from './application/action/preview-action.js';
import { RecordOutcomeHandler } from './application/action/record-outcome.js';
import { RescheduleActionHandler } from './application/action/reschedule-action.js';
import { ResumeActionHandler } from './application/action/resume-action.js';
import { RetryFailedHandler } from './application/action/retry-failed.js';
import { RunNowHandler } from './application/action/run-action-now.js';
import { ScheduleActionHandler } from './application/action/schedule-action.js';
import { DIRECTORY_PROVIDERS } from './application/directory/directory.providers.js';
import { Clock } from './application/ports/clock.port.js';
import { Executor } from './application/ports/executor.port.js';
import { UrlGuard } from './application/ports/url-guard.port.js';
import { ClaimHolder, DriveWorkReaction } from './application/reactions/drive-work.reaction.js';
import { ExpireClaims } from './application/reactions/expire-claims.js';
import { OpenNoticesReaction } from './application/reactions/open-notices.reaction.js';
import { OpenStageReaction } from './application/reactions/open-stage.reaction.js';
import { OutcomeRecorder } from './application/reactions/outcome-recorder.js';
import { QueueFollowUpsReaction } from './application/reactions/queue-follow-ups.reaction.js';
import { TargetPins } from './application/reactions/target-pins.js';
import { CrewSize, WorkCrew } from './application/reactions/work-crew.js';
import { WorkGuard } from './application/reactions/work-guard.js';
import { CommandRunner } from './application/shared/command-runner.js';
import { pause } from './application/shared/pause.js';
import { configuredChannels } from './channels.js';
import { ConfigInvalid } from './infrastructure/config/config-invalid.js';
import { Config } from './infrastructure/config/config.js';
import { EgressGuard } from './infrastructure/egress/egress-guard.js';
import { HttpExecutor } from './infrastructure/executors/http/http.executor.js';
import { SimulatorExecutor } from './infrastructure/executors/simulator/simulator.executor.js';

const HOUR_SECONDS = 3_600;
const RETRY_DELAY_MS = 30_000;
const SIMULATED_LATENCY_MS = 20;

const policyOf = (config: Config): ActionPolicy => ({
  leadMinMs: config.minLeadSeconds * 1_000,
  targetsMax: config.targetsPerActionMax,
  noticeLeadDefaultSeconds: config.noticeLeadDefaultHours * HOUR_SECONDS,
  noticeLeadMaxSeconds: config.noticeLeadMaxHours * HOUR_SECONDS,
  channels: configuredChannels(config),
  execution: {
    leaseMs: config.claimLeaseSeconds * 1_000,
    attemptsMax: config.claimAttemptsMax,
    retryDelayMs: RETRY_DELAY_MS,
    onExpiry: 'retry',
    confirmMs: config.confirmTimeoutSeconds * 1_000,
  },
});

function openExecutor(config: Config, clock: Clock): Executor {
  if (config.executorKind === 'simulator') {
    const latencyMs = SIMULATED_LATENCY_MS;
    return new SimulatorExecutor({ seed: '', failShare: 0, latencyMs, sleep: pause });
  }
  const { executorUrl, executorSecret } = config;
  if (executorUrl === null) {
    throw new ConfigInvalid('FOREWARN_EXECUTOR_URL', 'expected a URL for the http executor');
  }
  if (executorSecret === null) {
    throw new ConfigInvalid('FOREWARN_EXECUTOR_SECRET', 'expected a secret for the http executor');
  }
  return new HttpExecutor({
    url: executorUrl,
    secrets: [executorSecret],
    now: () => clock.now(),
    timeoutMs: config.executorTimeoutSeconds * 1_000,
  });
}

const PROVIDERS: readonly Provider[] = [
  { provide: ActionPolicy, useFactory: policyOf, inject: [Config] },
  { provide: Executor, useFactory: openExecutor, inject: [Config, Clock] },
  {
    provide: CrewSize,
    useFactory: (config: Config): CrewSize => ({ concurrency: config.executorConcurrency }),
    inject: [Config],
  },
  {
    provide: ClaimHolder,
    useFactory: (): ClaimHolder => ({ name: `${os.hostname()}:${String(process.pid)}` }),
  },
  {
    provide: EgressGuard,
    useFactory: (config: Config) => new EgressGuard({ allow: config.webhookAllow }),
    inject: [Config],
  },
  { provide: UrlGuard, useExisting: EgressGuard },
  CommandRunner,
  ActionPlanner,
  ActionEditor,
  ScheduleActionHandler,
  PreviewActionHandler,
  RescheduleActionHandler,
  PauseActionHandler,
  ResumeActionHandler,
  RunNowHandler,
  RetryFailedHandler,
  CancelActionHandler,
  CancelTargetHandler,
  RecordOutcomeHandler,
  HeartbeatClaimHandler,
  OpenStageReaction,
  OpenNoticesReaction,
  QueueFollowUpsReaction,
  DriveWorkReaction,
  ExpireClaims,
  OutcomeRecorder,
  TargetPins,
  WorkGuard,
  WorkCrew,
  ...DIRECTORY_PROVIDERS,
];

/** What the service decides: actions and the directory that they are about. */
@Global()
@Module({
  imports: [CqrsModule.forRoot()],
  providers: [...PROVIDERS],
  exports: [...PROVIDERS, CqrsModule],
})
export class ActionModule {}
