import { Command, CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';

import { actionDecider } from '../../domain/action/action.decider.js';
import { locate } from '../../domain/action/verdict.js';
import type { Verdict } from '../../domain/action/verdict.js';
import { CAPABILITY } from '../../domain/notice/dispatch.js';
import type { DispatchKey } from '../../domain/notice/dispatch.js';
import { assertNever, refuse } from '../../domain/shared/decider.js';
import type { Refusal } from '../../domain/shared/decider.js';
import { toInstant } from '../../domain/shared/instant.js';
import { actionStream } from '../action/action-stream.js';
import type { SendResult } from '../ports/channel.port.js';
import { Clock } from '../ports/clock.port.js';
import { EventStore } from '../ports/event-store.port.js';
import { Journal } from '../ports/journal.port.js';
import { NoticeReplayer } from '../ports/notice-replayer.port.js';
import type { Replayed, SentEnvelope } from '../ports/notice-replayer.port.js';
import type { CommandContext } from '../shared/command-context.js';
import { CommandRunner } from '../shared/command-runner.js';
import { eventIdOf } from '../shared/recorded-events.js';
import { lookAtAction } from './action-of-dispatches.js';
import { findSentEnvelope } from './sent-envelope.js';

export type Resent =
  /** The relay takes it up again. `position` is that behind which this shows in read models. */
  | { readonly ok: true; readonly kind: 'requeued'; readonly position: bigint }
  /** It had been sent, and was sent once more under the same key. */
  | { readonly ok: true; readonly kind: 'replayed'; readonly result: SendResult }
  | Refused;

interface Refused {
  readonly ok: false;
  readonly refusal: Refusal;
}

/** Sends a notice again while it is true: tries anew what did not go out, replays what did (RULES 7). */
export class ResendNotice extends Command<Resent> {
  constructor(
    readonly input: { readonly actionId: string; readonly key: DispatchKey },
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(ResendNotice)
export class ResendNoticeHandler implements ICommandHandler<ResendNotice> {
  constructor(
    private readonly runner: CommandRunner,
    private readonly store: EventStore,
    private readonly replayer: NoticeReplayer,
    private readonly clock: Clock,
    private readonly journal: Journal,
  ) {}

  async execute({ input, context }: ResendNotice): Promise<Resent> {
    const { key } = input;
    const streamId = actionStream(input.actionId);
    const isReplay =
      CAPABILITY[key.channel] === 'keyed' &&
      (await this.isSent(streamId, key, context)) &&
      !(await this.wasRequeuedBy(context));
    return isReplay ? this.replay(streamId, key, context) : this.requeue(streamId, key, context);
  }

  private async isSent(
    streamId: string,
    key: DispatchKey,
    context: CommandContext,
  ): Promise<boolean> {
    const state = await lookAtAction(this.runner, streamId, context);
    return locate(state, key)?.dispatch.status === 'sent';
  }

  /** The same request was obeyed before: what it put back may have been sent by now, and is not replayed on top. */
  private async wasRequeuedBy({ mayRepeat, commandId }: CommandContext): Promise<boolean> {
    return mayRepeat && (await this.store.findEvent(eventIdOf(commandId, 0))) !== null;
  }

  private async requeue(
    streamId: string,
    key: DispatchKey,
    context: CommandContext,
  ): Promise<Resent> {
    const now = toInstant(this.clock.now());
    const command = { type: 'RequeueNotice', key, now } as const;
    const answer = await this.runner.run(actionDecider, streamId, command, context);
    return answer.ok
      ? { ok: true, kind: 'requeued', position: answer.position }
      : { ok: false, refusal: answer.refusal };
  }

  private async replay(
    streamId: string,
    key: DispatchKey,
    { actor }: CommandContext,
  ): Promise<Resent> {
    const envelope = await findSentEnvelope(this.store, streamId, key);
    if (envelope === null) return refuse('not_found', 'there is no such dispatch');
    const replayed = await this.replayer.replay(envelope);
    this.note(envelope, replayed, actor);
    switch (replayed.kind) {
      case 'called':
        return { ok: true, kind: 'replayed', result: replayed.result };
      case 'unwanted':
        return refusalOf(replayed.verdict);
      case 'no_channel':
        return refuse('invalid_transition', `the channel ${key.channel} is not configured`);
      default:
        return assertNever(replayed);
    }
  }

  /** No event tells of a replay, so the journal does. */
  private note(
    { dispatchId, envelopeId, rows }: SentEnvelope,
    replayed: Replayed,
    actor: string,
  ): void {
    const result = replayed.kind === 'called' ? replayed.result.kind : replayed.kind;
    const facts = { dispatchId, envelopeId, members: rows.length, actor, result };
    this.journal.note('relay', 'a sent notice was replayed', facts);
  }
}

const refusalOf = (verdict: Verdict): Refused =>
  verdict.kind === 'hold'
    ? refuse('invalid_transition', 'notices are held back while the action is paused', {
        facts: { status: 'paused' },
      })
    : refuse('no_longer_true', 'what the message says is no longer true', { facts: { verdict } });
