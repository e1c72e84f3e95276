import type { ActionPolicy } from '../../src/application/action/action-policy.js';
import { actionStream } from '../../src/application/action/action-stream.js';
import type { Consumer } from '../../src/application/ports/consumer.port.js';
import type { RecordedEvent } from '../../src/application/ports/event-store.port.js';
import { leasesConsumer } from '../../src/application/reactions/leases.consumer.js';
import { outboxConsumer } from '../../src/application/reactions/outbox.consumer.js';
import { timersConsumer } from '../../src/application/reactions/timers.consumer.js';
import { dutyContext } from '../../src/application/shared/command-context.js';
import { CommandRunner } from '../../src/application/shared/command-runner.js';
import { decodeEvent } from '../../src/application/shared/decode-event.js';
import { actionDecider } from '../../src/domain/action/action.decider.js';
import type { ActionEvent } from '../../src/domain/action/action.events.js';
import type { ActionState } from '../../src/domain/action/action.state.js';
import { MemoryEventStore } from '../../src/infrastructure/event-store/memory/memory.event-store.js';
import { MemoryLeases } from '../../src/infrastructure/leases/memory/memory.leases.js';
import { MemoryOutbox } from '../../src/infrastructure/outbox/memory/memory.outbox.js';
import { MemoryTimerQueue } from '../../src/infrastructure/timers/memory/memory.timer-queue.js';
import { FakeClock } from './fake-clock.js';
import { RigDirectory } from './rig-directory.js';
import { RigProcess } from './rig-process.js';
import type { RigProcessOptions } from './rig-process.js';
import { ScriptedChannel } from './scripted-channel.js';
import { ScriptedExecutor } from './scripted-executor.js';

const PAGE = 1_000;

/** The policy of a rig: short leases, so that a test's clock has not far to go. */
const POLICY: ActionPolicy = {
  leadMinMs: 60_000,
  targetsMax: 10_000,
  noticeLeadDefaultSeconds: 86_400,
  noticeLeadMaxSeconds: 604_800,
  channels: ['banner', 'inbox', 'email', 'webhook', 'push'],
  execution: {
    leaseMs: 30_000,
    attemptsMax: 3,
    retryDelayMs: 60_000,
    onExpiry: 'retry',
    confirmMs: 600_000,
  },
};

/**
 * The whole product in one process, over memory twins and a clock that the test moves. Nothing happens by itself: the
 * test follows the log, fires timers and runs relays, on as many simulated processes as it likes.
 */
export class Rig {
  readonly clock = new FakeClock('2030-01-01T00:00:00.000Z');
  readonly log = new MemoryEventStore(() => this.clock.now());
  readonly outbox = new MemoryOutbox(this.clock);
  readonly timers = new MemoryTimerQueue(this.clock);
  readonly leases = new MemoryLeases(this.clock);
  readonly directory = new RigDirectory(this.log, this.clock);
  readonly executor = new ScriptedExecutor();
  readonly channels = {
    email: new ScriptedChannel('email'),
    webhook: new ScriptedChannel('webhook'),
    push: new ScriptedChannel('push'),
  };
  readonly policy = POLICY;
  private readonly positions = new Map<string, bigint>();
  private readonly reader = new CommandRunner(this.log, this.clock);
  private processes = 0;

  /** One more process over the same stores, with a store connection of its own to break. */
  process(options: RigProcessOptions = {}): RigProcess {
    this.processes += 1;
    return new RigProcess(`process-${String(this.processes)}`, this, options);
  }

  /** Carries everything that is in the log into timers, outbox and leases. */
  async follow(): Promise<void> {
    await this.carry(timersConsumer, (changes) => {
      this.timers.apply(changes);
    });
    await this.carry(leasesConsumer, (changes) => {
      this.leases.apply(changes);
    });
    await this.followOutbox();
  }

  followOutbox(): Promise<void> {
    return this.carry(outboxConsumer, (changes) => {
      this.outbox.apply(changes);
    });
  }

  /** The action as the log has it. */
  state(actionId: string): Promise<ActionState> {
    return this.reader.look(actionDecider, actionStream(actionId), dutyContext('test'));
  }

  async events<Type extends ActionEvent['type']>(
    actionId: string,
    ...types: readonly Type[]
  ): Promise<readonly Extract<ActionEvent, { type: Type }>[]> {
    const recorded = await this.recorded(actionId);
    return recorded
      .map((event) => decodeEvent(event) as ActionEvent)
      .filter((event): event is Extract<ActionEvent, { type: Type }> =>
        (types as readonly string[]).includes(event.type),
      );
  }

  /** The types of the action's events behind its schedule, in order. */
  async story(actionId: string): Promise<readonly string[]> {
    const recorded = await this.recorded(actionId);
    return recorded
      .map(({ type }) => type)
      .filter((type) => type !== 'TargetsEnrolled' && type !== 'ActionScheduled');
  }

  async recorded(actionId: string): Promise<readonly RecordedEvent[]> {
    const { events } = await this.log.readStream(actionStream(actionId));
    return events;
  }

  private async carry<Change>(
    { name, project }: Consumer<Change>,
    apply: (changes: readonly Change[]) => void,
  ): Promise<void> {
    for (;;) {
      const after = this.positions.get(name) ?? 0n;
      const { events, position } = await this.log.readAll(after, PAGE);
      if (events.length === 0) return;
      apply(events.flatMap((recorded) => (isOfAction(recorded) ? project(recorded) : [])));
      this.positions.set(name, position);
    }
  }
}

const isOfAction = ({ streamId }: RecordedEvent): boolean => streamId.startsWith('action-');
