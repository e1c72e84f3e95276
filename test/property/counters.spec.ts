import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import { actionStatus, statusOf } from '../../src/domain/action/action.state.js';
import type { ActionState } from '../../src/domain/action/action.state.js';
import { itemsFrom } from '../../src/domain/shared/chunked-list.js';
import { actionCounters } from '../../src/projections/action-counters/action-counters.projection.js';
import { actionSummary } from '../../src/projections/action-summary/action-summary.projection.js';
import { inbox } from '../../src/projections/inbox/inbox.projection.js';
import { notification } from '../../src/projections/notification/notification.projection.js';
import { targetStatus } from '../../src/projections/target-status/target-status.projection.js';
import { ProjectedLog } from '../support/memory-projections.js';
import { randomLog } from '../support/random-log.js';

const RUNS = { numRuns: 60 };

const isScheduled = ({ life }: ActionState): boolean => life === 'live' || life === 'ended';

describe('read models of any log', () => {
  it('count total = pending + running + applied + skipped + failed + cancelled at every position (S11)', () => {
    fc.assert(
      fc.property(randomLog(), ({ events }) => {
        const log = new ProjectedLog();
        for (const event of events) {
          log.add(event);
          for (const row of log.rows(actionCounters)) {
            const { total, pending, running, applied, skipped, failed, cancelled } = row;
            const parts = [pending, running, applied, skipped, failed, cancelled];
            expect(parts.every((count) => count >= 0)).toBe(true);
            expect(parts.reduce((sum, count) => sum + count)).toBe(total);
          }
        }
      }),
      RUNS,
    );
  });

  it('count what the targets show (S11)', () => {
    fc.assert(
      fc.property(randomLog(), ({ events }) => {
        const log = new ProjectedLog(events);
        const targets = log.rows(targetStatus).filter(({ scheduledAt }) => scheduledAt !== null);
        for (const { actionId, total, ...counts } of log.rows(actionCounters)) {
          const statuses = targets
            .filter((target) => target.actionId === actionId)
            .map(({ status }) => status);
          expect(statuses).toHaveLength(total);
          for (const [status, count] of Object.entries(counts)) {
            expect(statuses.filter((each) => each === status)).toHaveLength(count);
          }
        }
      }),
      RUNS,
    );
  });

  it('agree with the action that decides (S10, S11)', () => {
    fc.assert(
      fc.property(randomLog(), ({ events, states }) => {
        const log = new ProjectedLog(events);
        const scheduled = [...states].filter(([, state]) => isScheduled(state));
        const summaries = log.rows(actionSummary).map(({ actionId, status, revision }) => ({
          actionId,
          status,
          revision,
        }));
        expect(summaries).toEqual(
          scheduled
            .map(([actionId, state]) => ({
              actionId,
              status: actionStatus(state),
              revision: state.revision,
            }))
            .sort((a, b) => (a.actionId < b.actionId ? -1 : 1)),
        );
        for (const [actionId, state] of scheduled) {
          const { calledOffInFlight, ...counters } = state.counters;
          expect(calledOffInFlight).toBeLessThanOrEqual(counters.skipped);
          const row = log.rows(actionCounters).find((each) => each.actionId === actionId);
          expect(row).toEqual({ actionId, ...counters });
        }
      }),
      RUNS,
    );
  });

  it('show every target as its action knows it', () => {
    fc.assert(
      fc.property(randomLog(), ({ events, states }) => {
        const shown = new ProjectedLog(events)
          .rows(targetStatus)
          .filter(({ scheduledAt }) => scheduledAt !== null)
          .map(({ actionId, targetId, status, attempt, retryAt, reason }) => ({
            id: `${actionId}/${targetId}`,
            status,
            attempt,
            retryAt,
            reason: status === 'pending' || status === 'running' ? null : reason,
          }));
        const known = [...states]
          .filter(([, state]) => isScheduled(state))
          .flatMap(([actionId, state]) =>
            [...itemsFrom(state.targets)].map((target) => {
              const status = statusOf(state, target);
              const isEnded = !['pending', 'running', 'cancelled'].includes(status);
              return {
                id: `${actionId}/${target.targetId}`,
                status,
                attempt: target.attempts,
                retryAt: status === 'pending' ? target.retryAt : null,
                reason: isEnded ? (target.settled?.reason ?? null) : null,
              };
            }),
          );
        const byId = (rows: readonly { readonly id: string }[]) =>
          new Map(rows.map((row) => [row.id, row]));
        expect(byId(shown.map(withoutCancelReason))).toEqual(byId(known));
      }),
      RUNS,
    );
  });

  it('have one row per dispatch, with the status that its action knows (N1)', () => {
    fc.assert(
      fc.property(randomLog(), ({ events, states }) => {
        const log = new ProjectedLog(events);
        const shown = log
          .rows(notification)
          .map(({ actionId, targetId, channel, kind, revision, lead, status }) =>
            [actionId, targetId, channel, kind, revision, lead, status].join('|'),
          );
        const known = [...states].flatMap(([actionId, state]) =>
          [...itemsFrom(state.targets)].flatMap(({ targetId, lanes }) =>
            lanes.flatMap(({ channel, dispatches }) =>
              dispatches.map(({ kind, revision, lead, status }) =>
                [actionId, targetId, channel, kind, revision, lead, status].join('|'),
              ),
            ),
          ),
        );
        expect([...shown].sort()).toEqual([...known].sort());
      }),
      RUNS,
    );
  });

  it('show an inbox message for every dispatch sent there, and for nothing else (N14)', () => {
    fc.assert(
      fc.property(randomLog(), ({ events }) => {
        const sent = events.filter(
          ({ type, data }) =>
            type === 'NoticeSent' && (data as { channel: string }).channel === 'inbox',
        );
        const shown = new ProjectedLog(events).rows(inbox).filter(({ sentAt }) => sentAt !== null);
        const dispatches = new Set(sent.map(({ streamId, data }) => keyIn(streamId, data)));
        expect(shown).toHaveLength(dispatches.size);
      }),
      RUNS,
    );
  });
});

function keyIn(streamId: string, data: unknown): string {
  const { targetId, recipientId, kind, revision, lead } = data as Record<string, unknown>;
  return JSON.stringify([streamId, targetId, recipientId, kind, revision, lead]);
}

/** A cancelled target keeps the reason of its last attempt, which the action does not tell. */
const withoutCancelReason = <Row extends { readonly status: string }>(row: Row): Row =>
  row.status === 'cancelled' ? { ...row, reason: null } : row;
