import type { ChannelName, DispatchKey } from '../notice/dispatch.js';
import { WITHDRAWN_AS_UNTRUE } from './action.events.js';
import type {
  ActionEvent,
  CancellationQueued,
  FollowUpQueued,
  NoticeDue,
  NoticeSent,
} from './action.events.js';
import type { DispatchState, DispatchStatus, Lane, TargetState } from './action.state.js';

export type NoticeEvent = Extract<
  ActionEvent,
  { type: `Notice${string}` | 'CancellationQueued' | 'FollowUpQueued' }
>;

/** What is known after one more fact about what a target's recipients were told. */
export function evolveNotice(target: TargetState, event: NoticeEvent): Pick<TargetState, 'lanes'> {
  switch (event.type) {
    case 'NoticeDue':
      return { lanes: noticeDue(target.lanes, event.data) };
    case 'CancellationQueued':
      return {
        lanes: correctionQueued(target.lanes, {
          ...event.data,
          kind: 'cancelled',
          startsAt: null,
          previousStartsAt: null,
        }),
      };
    case 'FollowUpQueued':
      return { lanes: correctionQueued(target.lanes, event.data) };
    case 'NoticeSent':
      return { lanes: noticeSent(target.lanes, event.data) };
    case 'NoticeUncertain':
      return { lanes: noticeUncertain(target.lanes, event.data) };
    case 'NoticeAttemptFailed':
      return { lanes: attemptFailed(target.lanes, event.data) };
    case 'NoticeRequeued':
      return { lanes: requeued(target.lanes, event.data) };
    default:
      return { lanes: ended(target.lanes, event.data, STATUS_AFTER[event.type]) };
  }
}

const STATUS_AFTER = {
  NoticeDeferred: 'deferred',
  NoticeFailed: 'failed',
  NoticeSuppressed: 'suppressed',
  NoticeExpired: 'expired',
  NoticeDead: 'dead',
} as const satisfies Record<string, DispatchStatus>;

/** Spread last, as everywhere on a hot path: a literal that goes on behind a spread takes ten times as long to build. */
const NEW_DISPATCH = {
  status: 'pending',
  attempt: 0,
  ambiguous: false,
  requeues: 0,
} as const satisfies Partial<DispatchState>;

function noticeDue(lanes: readonly Lane[], data: NoticeDue['data']): readonly Lane[] {
  const { revision, lead, startsAt, notAfter } = data;
  const dispatch: DispatchState = {
    kind: 'notice',
    revision,
    lead,
    startsAt,
    previousStartsAt: null,
    notAfter,
    hedged: false,
    reason: null,
    ...NEW_DISPATCH,
  };
  return data.dispatches.reduce(
    (next, addressee) => withLane(next, addressee, (lane) => add(lane, dispatch)),
    lanes,
  );
}

type QueuedCorrection = Omit<FollowUpQueued['data'], 'kind'> &
  Pick<CancellationQueued['data'] | FollowUpQueued['data'], 'reason'> & {
    readonly kind: FollowUpQueued['data']['kind'] | 'cancelled';
  };

function correctionQueued(lanes: readonly Lane[], data: QueuedCorrection): readonly Lane[] {
  const { kind, revision, lead, startsAt, previousStartsAt, hedged, reason } = data;
  return withLane(lanes, data, (lane) => ({
    ...add(lane, {
      kind,
      revision,
      lead,
      startsAt,
      previousStartsAt,
      notAfter: null,
      hedged,
      reason,
      ...NEW_DISPATCH,
    }),
    correction: { kind, revision, lead, startsAt },
  }));
}

function noticeSent(lanes: readonly Lane[], data: NoticeSent['data']): readonly Lane[] {
  return withDispatch(lanes, data, { status: 'sent', attempt: data.attempt }, (lane, dispatch) => {
    const thread = lane.thread ?? data.envelopeId;
    if (dispatch.kind === 'cancelled') return { ...lane, thread, told: 'no', beliefs: [] };
    const beliefs = isClosing(dispatch) ? [] : [dispatch.startsAt];
    return afterEvidence({ ...lane, thread, told: 'yes', beliefs }, dispatch);
  });
}

function noticeUncertain(lanes: readonly Lane[], data: DispatchKey): readonly Lane[] {
  const change = { status: 'uncertain', ambiguous: true } as const;
  return withDispatch(lanes, data, change, (lane, dispatch) => {
    if (dispatch.kind === 'cancelled') return lane;
    const told = lane.told === 'yes' ? 'yes' : 'maybe';
    const heard: Lane = { ...lane, told, beliefs: [...lane.beliefs, dispatch.startsAt] };
    return afterEvidence(heard, dispatch);
  });
}

const isClosing = ({ kind }: PlaceInLane): boolean => kind === 'completed' || kind === 'failed';

/** Another message arrived after the correction had gone out: that correction corrects nothing any more. */
function afterEvidence(lane: Lane, arrived: DispatchState): Lane {
  const { correction } = lane;
  if (correction === null || isDispatch(correction, arrived)) return lane;
  const status = findDispatch(lane, correction)?.status;
  return status === 'sent' || status === 'uncertain' ? { ...lane, correction: null } : lane;
}

function attemptFailed(
  lanes: readonly Lane[],
  data: DispatchKey & { readonly attempt: number; readonly ambiguous: boolean },
): readonly Lane[] {
  return withDispatch(lanes, data, { status: 'pending', attempt: data.attempt }, (lane, old) =>
    data.ambiguous || old.ambiguous ? replace(lane, data, { ambiguous: true }) : lane,
  );
}

function requeued(lanes: readonly Lane[], data: DispatchKey): readonly Lane[] {
  return withDispatch(lanes, data, { status: 'pending', attempt: 0 }, (lane, dispatch) =>
    replace(lane, data, { requeues: dispatch.requeues + 1 }),
  );
}

/** A correction that was withdrawn leaves room for the next one; one that cannot be delivered does not. */
function ended(
  lanes: readonly Lane[],
  data: DispatchKey & { readonly reason?: string },
  status: DispatchStatus,
): readonly Lane[] {
  return withDispatch(lanes, data, { status }, (lane) =>
    data.reason === WITHDRAWN_AS_UNTRUE &&
    lane.correction !== null &&
    isDispatch(lane.correction, data)
      ? { ...lane, correction: null }
      : lane,
  );
}

function withDispatch(
  lanes: readonly Lane[],
  key: DispatchKey,
  change: Partial<DispatchState>,
  then: (lane: Lane, before: DispatchState) => Lane,
): readonly Lane[] {
  return withLane(lanes, key, (lane) => {
    const before = findDispatch(lane, key);
    return before === null ? lane : then(replace(lane, key, change), before);
  });
}

function withLane(
  lanes: readonly Lane[],
  { recipientId, channel }: { readonly recipientId: string; readonly channel: ChannelName },
  change: (lane: Lane) => Lane,
): readonly Lane[] {
  const index = lanes.findIndex(
    (lane) => lane.recipientId === recipientId && lane.channel === channel,
  );
  const lane = lanes[index] ?? newLane(recipientId, channel);
  return index === -1 ? [...lanes, change(lane)] : lanes.with(index, change(lane));
}

const newLane = (recipientId: string, channel: ChannelName): Lane => ({
  recipientId,
  channel,
  told: 'no',
  beliefs: [],
  correction: null,
  thread: null,
  dispatches: [],
});

const add = (lane: Lane, dispatch: DispatchState): Lane => ({
  ...lane,
  dispatches: [...lane.dispatches, dispatch],
});

const replace = (lane: Lane, key: DispatchKey, change: Partial<DispatchState>): Lane => ({
  ...lane,
  dispatches: lane.dispatches.map((dispatch) =>
    isDispatch(dispatch, key) ? { ...dispatch, ...change } : dispatch,
  ),
});

export const findDispatch = (lane: Lane, place: PlaceInLane): DispatchState | null =>
  lane.dispatches.find((dispatch) => isDispatch(dispatch, place)) ?? null;

type PlaceInLane = Pick<DispatchKey, 'kind' | 'revision' | 'lead'>;

export const isDispatch = (one: PlaceInLane, other: PlaceInLane): boolean =>
  one.kind === other.kind && one.revision === other.revision && one.lead === other.lead;

/** A message that still has to go out. */
export const isOpen = ({ status }: DispatchState): boolean =>
  status === 'pending' || status === 'deferred';
