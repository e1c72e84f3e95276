import { actionIdOf } from '../../application/action/action-stream.js';
import type {
  Envelope,
  EnvelopeAction,
  EnvelopeMember,
  EnvelopeRecipient,
} from '../../application/ports/channel.port.js';
import type { TargetDirectory, TargetFacts } from '../../application/ports/directory.port.js';
import type { ClaimedDispatch } from '../../application/ports/outbox.port.js';
import type { Recipient, RecipientDirectory } from '../../application/ports/recipients.port.js';
import type { Texts } from '../../application/ports/texts.port.js';
import type { TextRef } from '../../domain/action/action.events.js';
import { findTarget } from '../../domain/action/action.state.js';
import type { ActionState } from '../../domain/action/action.state.js';
import { PARENT_CANCELLED } from '../../domain/action/claims.js';
import { locate } from '../../domain/action/verdict.js';
import type { FoundDispatch } from '../../domain/action/verdict.js';
import { toInstant } from '../../domain/shared/instant.js';

/** Rows of one envelope that are still wanted, and the action as it was read for that verdict. */
export interface WantedEnvelope {
  readonly state: ActionState;
  readonly rows: readonly [ClaimedDispatch, ...ClaimedDispatch[]];
}

/** What is known about recipients, targets and words, for a whole batch at once. */
export interface Surroundings {
  readonly recipients: ReadonlyMap<string, Recipient>;
  readonly targets: ReadonlyMap<string, TargetFacts>;
  readonly words: ReadonlyMap<string, string>;
}

/** Makes of wanted rows what channels need. Addresses and words are read here, and nowhere kept. */
export class EnvelopeBuilder {
  constructor(
    private readonly recipients: RecipientDirectory,
    private readonly targets: TargetDirectory,
    private readonly texts: Texts,
  ) {}

  async surroundingsOf(envelopes: readonly WantedEnvelope[]): Promise<Surroundings> {
    const keys = envelopes.flatMap(({ rows }) => rows.map(({ key }) => key));
    const refs = envelopes.flatMap(textRefsOf).map(({ ref }) => ref);
    const [recipients, targets, words] = await Promise.all([
      this.recipients.findMany([...new Set(keys.map(({ recipientId }) => recipientId))]),
      this.targets.findMany([...new Set(keys.map(({ targetId }) => targetId))]),
      this.texts.findMany([...new Set(refs)]),
    ]);
    return { recipients, targets, words };
  }

  build({ state, rows }: WantedEnvelope, around: Surroundings, recipient: Recipient): Envelope {
    const [first] = rows;
    const { kind } = first.key;
    const found = rows.flatMap((row) => {
      const dispatch = locate(state, row.key);
      return dispatch === null ? [] : [{ row, ...dispatch }];
    });
    const thread = found[0]?.lane.thread ?? null;
    return {
      id: first.envelopeId,
      kind,
      attempt: first.attempt,
      action: actionOf(state, first, found, around),
      recipient: addressed(recipient),
      members: found
        .map(({ row, ...dispatch }) => memberOf(state, row, dispatch, around))
        .sort((a, b) => (a.targetId < b.targetId ? -1 : 1)),
      notAfter: first.notAfter === null ? null : toInstant(first.notAfter),
      inReplyTo: thread === first.envelopeId ? null : thread,
      hedged: found.some(({ dispatch }) => dispatch.hedged),
      replay: false,
      correlationId: actionIdOf(first.streamId),
      causationId: first.dispatchId,
      position: String(first.position),
    };
  }
}

function actionOf(
  state: ActionState,
  { streamId, stage, key }: ClaimedDispatch,
  found: readonly FoundDispatch[],
  around: Surroundings,
): EnvelopeAction {
  const notice = key.kind === 'notice' ? state.terms?.notice : null;
  return {
    actionId: actionIdOf(streamId),
    actionType: state.terms?.parameters.type ?? 'restart',
    stage,
    subject: wordsOf(notice?.subject, around),
    body: wordsOf(notice?.body, around),
    reason: reasonOf(state, found, around),
  };
}

function memberOf(
  state: ActionState,
  row: ClaimedDispatch,
  { target, dispatch }: FoundDispatch,
  { targets }: Surroundings,
): EnvelopeMember {
  const parameters = state.terms?.parameters;
  return {
    dispatchId: row.dispatchId,
    targetId: target.targetId,
    targetName: targets.get(target.targetId)?.name ?? null,
    revision: dispatch.revision,
    startsAt: dispatch.startsAt,
    previousStartsAt: dispatch.previousStartsAt,
    fromVersion: target.sourceVersion,
    toVersion: parameters?.type === 'version_change' ? parameters.targetVersion : null,
  };
}

/** The words of the admin where there are some, else the code of what happened. */
function reasonOf(
  state: ActionState,
  [first]: readonly FoundDispatch[],
  around: Surroundings,
): string | null {
  if (first === undefined) return null;
  const { dispatch, target } = first;
  switch (dispatch.kind) {
    case 'notice':
      return null;
    case 'rescheduled':
      return wordsOf(state.moveReason, around);
    case 'cancelled':
      // Skipped for a reason of its own, it was not the admin who called it off.
      return BY_ADMIN.has(dispatch.reason)
        ? (wordsOf(target.calledOffReason, around) ?? wordsOf(state.cancelReason, around))
        : dispatch.reason;
    default:
      return dispatch.reason;
  }
}

const BY_ADMIN: ReadonlySet<string | null> = new Set([null, 'cancelled', PARENT_CANCELLED]);

const wordsOf = (ref: TextRef | null | undefined, { words }: Surroundings): string | null =>
  ref === null || ref === undefined ? null : (words.get(ref.ref) ?? null);

const textRefsOf = ({ state, rows }: WantedEnvelope): readonly TextRef[] => {
  const { terms, cancelReason, moveReason } = state;
  const ofTargets = rows.map(({ key }) => findTarget(state, key.targetId)?.calledOffReason);
  const said = [terms?.notice?.subject, terms?.notice?.body, cancelReason, moveReason];
  return [...said, ...ofTargets].filter((ref): ref is TextRef => ref !== null && ref !== undefined);
};

function addressed(recipient: Recipient): EnvelopeRecipient {
  const { recipientId, displayName, locale, zone, emails, webhook, pushSubscriptions } = recipient;
  return { recipientId, displayName, locale, zone, emails, webhook, pushSubscriptions };
}
