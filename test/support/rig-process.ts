import { CancelAction, CancelActionHandler } from '../../src/application/action/cancel-action.js';
import { CancelTarget, CancelTargetHandler } from '../../src/application/action/cancel-target.js';
import { ActionEditor } from '../../src/application/action/edit-action.js';
import type { Edited } from '../../src/application/action/edit-action.js';
import { PauseAction, PauseActionHandler } from '../../src/application/action/pause-action.js';
import { ActionPlanner } from '../../src/application/action/plan-request.js';
import {
  RecordOutcome,
  RecordOutcomeHandler,
} from '../../src/application/action/record-outcome.js';
import {
  RescheduleAction,
  RescheduleActionHandler,
} from '../../src/application/action/reschedule-action.js';
import { ResumeAction, ResumeActionHandler } from '../../src/application/action/resume-action.js';
import { RetryFailed, RetryFailedHandler } from '../../src/application/action/retry-failed.js';
import {
  ScheduleAction,
  ScheduleActionHandler,
} from '../../src/application/action/schedule-action.js';
import type { ScheduleInput } from '../../src/application/action/schedule-action.js';
import type {
  LeasedTimer,
  Timer,
  TimerAnswer,
} from '../../src/application/ports/timer-queue.port.js';
import { DriveWorkReaction } from '../../src/application/reactions/drive-work.reaction.js';
import { ExpireClaims } from '../../src/application/reactions/expire-claims.js';
import { OpenNoticesReaction } from '../../src/application/reactions/open-notices.reaction.js';
import { OpenStageReaction } from '../../src/application/reactions/open-stage.reaction.js';
import { OutcomeEffects } from '../../src/application/reactions/outcome-effects.js';
import { OutcomeRecorder } from '../../src/application/reactions/outcome-recorder.js';
import { QueueFollowUpsReaction } from '../../src/application/reactions/queue-follow-ups.reaction.js';
import { TargetPins } from '../../src/application/reactions/target-pins.js';
import { TimerDuty } from '../../src/application/reactions/timer-duty.js';
import { WorkCrew } from '../../src/application/reactions/work-crew.js';
import { WorkGuard } from '../../src/application/reactions/work-guard.js';
import type { CommandContext } from '../../src/application/shared/command-context.js';
import { dutyContext } from '../../src/application/shared/command-context.js';
import { CommandRunner } from '../../src/application/shared/command-runner.js';
import type { AttemptResult } from '../../src/domain/action/action.commands.js';
import { ChannelRelay } from '../../src/infrastructure/relay/channel-relay.js';
import { DispatchRecorder } from '../../src/infrastructure/relay/dispatch-recorder.js';
import { EnvelopeBuilder } from '../../src/infrastructure/relay/envelope-builder.js';
import { Judge } from '../../src/infrastructure/relay/judge.js';
import { Relay } from '../../src/infrastructure/relay/relay.js';
import { RowKeeper } from '../../src/infrastructure/relay/row-keeper.js';
import type { SendPolicy } from '../../src/infrastructure/relay/send-outcome.js';
import { RecordingJournal } from './recording-journal.js';
import type { Rig } from './rig.js';
import { ScriptedStore } from './scripted-store.js';

export interface RigProcessOptions {
  /** Calls of the executor at once. */
  readonly crew?: number;
  readonly uncertain?: SendPolicy['uncertain'];
}

export class ScheduleRefused extends TypeError {}

/** One process of a rig: its own caches and hands, over stores that it shares. */
export class RigProcess {
  readonly store: ScriptedStore;
  readonly runner: CommandRunner;
  readonly journal = new RecordingJournal();
  readonly crew: WorkCrew;
  readonly openStage: OpenStageReaction;
  readonly openNotices: OpenNoticesReaction;
  readonly followUps: QueueFollowUpsReaction;
  readonly driveWork: DriveWorkReaction;
  readonly expireClaims: ExpireClaims;
  readonly effects: OutcomeEffects;
  readonly pins: TargetPins;
  readonly relay: Relay;
  readonly channelRelays: readonly ChannelRelay[];
  private readonly editor: ActionEditor;

  constructor(
    readonly name: string,
    private readonly rig: Rig,
    { crew = 8, uncertain = 'hold' }: RigProcessOptions,
  ) {
    const { clock, leases, executor } = rig;
    const { targets, recipients, catalogue, texts } = rig.directory;
    this.store = new ScriptedStore(rig.log);
    this.runner = new CommandRunner(this.store, clock);
    this.editor = new ActionEditor(this.runner, texts, clock);
    this.pins = new TargetPins(targets, this.store);
    this.effects = new OutcomeEffects(this.runner, this.pins);
    const guard = new WorkGuard(this.runner, targets, catalogue, this.pins);
    const recorder = new OutcomeRecorder(this.runner, clock, this.journal);
    const size = { concurrency: crew };
    this.crew = new WorkCrew(guard, executor, recorder, clock, this.journal, size);
    const holder = { name };
    this.driveWork = new DriveWorkReaction(
      this.runner,
      leases,
      this.crew,
      clock,
      holder,
      this.journal,
    );
    this.openStage = new OpenStageReaction(this.runner, clock);
    this.openNotices = new OpenNoticesReaction(this.runner, clock, targets, recipients);
    this.followUps = new QueueFollowUpsReaction(this.runner, clock);
    this.expireClaims = new ExpireClaims(this.runner, leases, clock);
    [this.relay, this.channelRelays] = this.newRelay({ uncertain });
  }

  /** An action over these targets, told a day ahead by mail unless said otherwise. Answers its id. */
  async schedule(
    targetIds: readonly string[],
    wishes: Partial<Omit<ScheduleInput, 'selection'>> = {},
  ): Promise<string> {
    const { targets, catalogue, texts } = this.rig.directory;
    const { policy, clock } = this.rig;
    const planner = new ActionPlanner(targets, catalogue, this.store, policy);
    const handler = new ScheduleActionHandler(planner, this.runner, texts, clock, policy);
    const input: ScheduleInput = {
      parameters: { type: 'restart' },
      selection: { kind: 'ids', targetIds },
      runAt: '2030-01-03T12:00:00.000Z',
      tranches: [{ percent: 100, afterMs: 0 }],
      seed: 'seed',
      zone: 'Europe/Berlin',
      notice: {
        leadsSeconds: [86_400],
        channels: ['email'],
        tellCompleted: false,
        subject: null,
        body: null,
      },
      execution: {},
      reason: null,
      planHash: null,
      ...wishes,
    };
    const scheduled = await handler.execute(new ScheduleAction(input, asked()));
    if (!scheduled.ok) throw new ScheduleRefused(JSON.stringify(scheduled.refusal));
    return scheduled.actionId;
  }

  cancel(actionId: string, reason: string | null = null): Promise<Edited> {
    const input = { actionId, ifVersion: null, reason };
    return new CancelActionHandler(this.editor).execute(new CancelAction(input, asked()));
  }

  cancelTarget(actionId: string, targetId: string, reason: string | null = null): Promise<Edited> {
    const input = { actionId, ifVersion: '*', reason, targetId } as const;
    return new CancelTargetHandler(this.editor).execute(new CancelTarget(input, asked()));
  }

  pause(actionId: string): Promise<Edited> {
    const input = { actionId, ifVersion: null, reason: null };
    return new PauseActionHandler(this.editor).execute(new PauseAction(input, asked()));
  }

  resume(actionId: string): Promise<Edited> {
    const input = { actionId, ifVersion: '*' } as const;
    return new ResumeActionHandler(this.editor).execute(new ResumeAction(input, asked()));
  }

  reschedule(actionId: string, runAt: string, reason: string | null = null): Promise<Edited> {
    const input = { actionId, ifVersion: '*', reason, runAt } as const;
    const handler = new RescheduleActionHandler(this.editor, this.rig.policy);
    return handler.execute(new RescheduleAction(input, asked()));
  }

  retryFailed(actionId: string): Promise<Edited> {
    const input = { actionId, ifVersion: '*', notBefore: null } as const;
    return new RetryFailedHandler(this.editor).execute(new RetryFailed(input, asked()));
  }

  recordOutcome(actionId: string, result: AttemptResult): Promise<Edited> {
    const command = new RecordOutcome({ actionId, result }, asked());
    return new RecordOutcomeHandler(this.editor).execute(command);
  }

  /** Follows the log and fires what is due, until nothing is due any more and nobody is at work. */
  async settle(): Promise<void> {
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      await this.rig.follow();
      const { fired } = await this.fireTimers();
      await this.idle();
      if (fired === 0) return;
    }
    throw new NeverSettles(`timers still fire after ${String(ROUNDS_MAX)} rounds`);
  }

  /** Fires what is due now, once. */
  fireTimers(): ReturnType<TimerDuty['runOnce']> {
    const fire = (timers: readonly LeasedTimer[]): Promise<readonly TimerAnswer[]> =>
      Promise.all(timers.map((timer) => this.react(timer)));
    return new TimerDuty(this.rig.timers, this.rig.clock, { fire }).runOnce();
  }

  /** Resolves when the crew has nothing under way. */
  async idle(): Promise<void> {
    const { underway } = this.crew as unknown as { readonly underway: ReadonlySet<Promise<void>> };
    while (underway.size > 0) await Promise.allSettled(underway);
  }

  react(timer: Timer): Promise<TimerAnswer> {
    switch (timer.kind) {
      case 'open_stage':
        return this.openStage.react(timer);
      case 'open_notices':
        return this.openNotices.react(timer);
      case 'work':
        return this.driveWork.react(timer);
      default:
        return this.followUps.react(timer);
    }
  }

  private newRelay(policy: SendPolicy): [Relay, readonly ChannelRelay[]] {
    const { runner, journal } = this;
    const { clock, outbox, channels } = this.rig;
    const { targets, recipients, texts } = this.rig.directory;
    const breaking = new AbortController();
    const { signal } = breaking;
    const judge = new Judge(runner, clock);
    const recorder = new DispatchRecorder(runner, clock, journal, signal);
    const keeper = new RowKeeper(outbox, recorder, clock, journal, policy);
    const builder = new EnvelopeBuilder(recipients, targets, texts);
    const parts = { outbox, judge, builder, keeper, recipients, clock, journal, policy, signal };
    const relays = Object.values(channels).map((channel) => new ChannelRelay(channel, parts));
    const abort = (): void => {
      breaking.abort();
    };
    return [new Relay({ outbox, judge, keeper, channels: relays, journal, abort }), relays];
  }
}

export class NeverSettles extends TypeError {}

const ROUNDS_MAX = 200;

const asked = (): CommandContext => ({
  ...dutyContext('test'),
  actor: 'user:ann',
  priority: 'human',
});
