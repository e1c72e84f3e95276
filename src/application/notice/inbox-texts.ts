import { Injectable } from '@nestjs/common';

import type { TextRef } from '../../domain/action/action.events.js';
import { findTarget } from '../../domain/action/action.state.js';
import type { ActionState, DispatchState, TargetState } from '../../domain/action/action.state.js';
import { PARENT_CANCELLED } from '../../domain/action/claims.js';
import type { DispatchKey } from '../../domain/notice/dispatch.js';
import { renderMessage } from '../../domain/notice/message.js';
import type { Message, MessageFacts } from '../../domain/notice/message.js';
import { actionStream } from '../action/action-stream.js';
import { TargetDirectory } from '../ports/directory.port.js';
import { RecipientDirectory } from '../ports/recipients.port.js';
import type { Recipient } from '../ports/recipients.port.js';
import { Texts } from '../ports/texts.port.js';
import { dutyContext } from '../shared/command-context.js';
import { CommandRunner } from '../shared/command-runner.js';
import { dispatchIdOf } from '../shared/dispatch-id.js';
import { lookAtAction } from './action-of-dispatches.js';

/** A message as the inbox keeps it: what it is about, and no words. */
export interface InboxEntry {
  readonly dispatchId: string;
  readonly actionId: string;
  readonly targetId: string;
}

/** An action may be big, so only so many are read at once. */
const LOOKS_AT_ONCE = 4;

/** Writes inbox messages when they are read, in the reader's zone and language; erased words are gone from then on (N13). */
@Injectable()
export class InboxTexts {
  constructor(
    private readonly runner: CommandRunner,
    private readonly texts: Texts,
    private readonly recipients: RecipientDirectory,
    private readonly targets: TargetDirectory,
  ) {}

  /** Subject and text of each message, by dispatch. */
  async write(
    recipientId: string,
    entries: readonly InboxEntry[],
  ): Promise<ReadonlyMap<string, Message>> {
    const states = await this.statesOf(entries);
    const facts = entries.flatMap((entry) => factsOf(entry, recipientId, states) ?? []);
    const [recipients, targets, words] = await Promise.all([
      this.recipients.findMany([recipientId]),
      this.targets.findMany([...new Set(entries.map(({ targetId }) => targetId))]),
      this.texts.findMany([...new Set(facts.flatMap(refsOf))]),
    ]);
    const reader = readerOf(recipients.get(recipientId));
    return new Map(
      facts.map((fact) => {
        const targetName = targets.get(fact.target.targetId)?.name ?? null;
        return [fact.dispatchId, renderMessage(messageFacts(fact, words, targetName, reader), 1)];
      }),
    );
  }

  private async statesOf(
    entries: readonly InboxEntry[],
  ): Promise<ReadonlyMap<string, ActionState>> {
    const actionIds = [...new Set(entries.map(({ actionId }) => actionId))];
    const states = new Map<string, ActionState>();
    for (let from = 0; from < actionIds.length; from += LOOKS_AT_ONCE) {
      const some = actionIds.slice(from, from + LOOKS_AT_ONCE);
      const looked = some.map(async (actionId) => {
        const context = dutyContext('inbox');
        states.set(actionId, await lookAtAction(this.runner, actionStream(actionId), context));
      });
      await Promise.all(looked);
    }
    return states;
  }
}

interface EntryFacts {
  readonly dispatchId: string;
  readonly state: ActionState;
  readonly target: TargetState;
  readonly dispatch: DispatchState;
}

type Words = ReadonlyMap<string, string>;

function factsOf(
  { dispatchId, actionId, targetId }: InboxEntry,
  recipientId: string,
  states: ReadonlyMap<string, ActionState>,
): EntryFacts | null {
  const state = states.get(actionId);
  const target = state === undefined ? null : findTarget(state, targetId);
  if (state === undefined || target === null) return null;
  const lane = target.lanes.find(
    ({ channel, recipientId: of }) => channel === 'inbox' && of === recipientId,
  );
  const dispatch = lane?.dispatches.find(({ kind, revision, lead }) => {
    const key: DispatchKey = { targetId, recipientId, channel: 'inbox', kind, revision, lead };
    return dispatchIdOf(actionId, key) === dispatchId;
  });
  return dispatch === undefined ? null : { dispatchId, state, target, dispatch };
}

const refsOf = ({ state, target, dispatch }: EntryFacts): readonly string[] =>
  [state.terms?.notice?.subject, state.terms?.notice?.body, reasonTextOf(state, target, dispatch)]
    .map((text) => text?.ref)
    .filter((ref) => ref !== undefined);

/** An inbox needs no salutation, so that the name of its owner stays out of what every viewer may read. */
const readerOf = (recipient: Recipient | undefined): MessageFacts['recipient'] => ({
  displayName: null,
  locale: recipient?.locale ?? 'en',
  zone: recipient?.zone ?? 'UTC',
});

function messageFacts(
  { state, target, dispatch }: EntryFacts,
  words: Words,
  targetName: string | null,
  recipient: MessageFacts['recipient'],
): MessageFacts {
  const { kind, hedged, startsAt, previousStartsAt } = dispatch;
  const { targetId, sourceVersion: fromVersion } = target;
  const toVersion = versionToReach(state);
  const said = reasonTextOf(state, target, dispatch);
  return {
    kind,
    hedged,
    action: {
      actionType: state.terms?.parameters.type ?? 'restart',
      subject: wordsOf(state.terms?.notice?.subject, words),
      body: wordsOf(state.terms?.notice?.body, words),
      reason: said === null ? reasonCodeOf(dispatch) : wordsOf(said, words),
    },
    recipient,
    members: [{ targetId, targetName, startsAt, previousStartsAt, fromVersion, toVersion }],
  };
}

function versionToReach({ terms }: ActionState): string | null {
  const parameters = terms?.parameters;
  return parameters?.type === 'version_change' ? parameters.targetVersion : null;
}

const wordsOf = (text: TextRef | null | undefined, words: Words): string | null =>
  text === null || text === undefined ? null : (words.get(text.ref) ?? null);

/** Reasons that say no more than that an admin called it off. */
const BY_ADMIN: ReadonlySet<string | null> = new Set([null, 'cancelled', PARENT_CANCELLED]);

/** The words of the admin who called it off or moved it. Those of a later move say nothing about an earlier one. */
function reasonTextOf(
  state: ActionState,
  target: TargetState,
  { kind, reason, revision }: DispatchState,
): TextRef | null {
  if (kind === 'cancelled' && BY_ADMIN.has(reason)) {
    return target.calledOffReason ?? state.cancelReason;
  }
  return kind === 'rescheduled' && revision === state.revision ? state.moveReason : null;
}

const reasonCodeOf = ({ kind, reason }: DispatchState): string | null =>
  kind === 'notice' || kind === 'rescheduled' || BY_ADMIN.has(reason) ? null : reason;
