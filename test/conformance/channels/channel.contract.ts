/* eslint-disable jest/no-export -- one behaviour suite for every adapter's spec */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import type { Channel, Envelope, SendResult } from '../../../src/application/ports/channel.port.js';
import { eventually } from '../../support/eventually.js';
import { envelopeOf } from './envelopes.js';
import type { Behaviour, Receiver } from './receiver.js';

export interface ChannelRig {
  readonly receiver: Receiver;
  readonly channel: (options: { readonly timeoutMs: number }) => Channel;
  /** Where the recipient of every envelope is reached: at the receiver. */
  readonly recipient: Partial<Envelope['recipient']>;
  /** Texts that must never get into an error. */
  readonly secrets: readonly string[];
}

export interface ChannelContract {
  readonly name: string;
  readonly start: () => Promise<ChannelRig>;
  /** What becomes of a message at a receiver that behaves so. */
  readonly results: Readonly<Record<Exclude<Behaviour, 'take'>, Partial<SendResult>>>;
  /** What becomes of a send that is aborted while the receiver has all of it and is silent. */
  readonly aborted: Partial<SendResult>;
  readonly withoutAddress: SendResult;
}

/** For sends that are to come to their end by themselves. */
const PATIENT_MS = 20_000;
/** For sends that wait for what never comes. */
const IMPATIENT_MS = 150;

/** What every channel that leaves the process keeps, shown against a real server. */
export const describeChannel = (contract: ChannelContract): void => {
  describe(`the ${contract.name} channel`, () => {
    let rig: ChannelRig;
    let channel: Channel;

    beforeEach(async () => {
      rig = await contract.start();
      channel = rig.channel({ timeoutMs: PATIENT_MS });
    });

    afterEach(async () => {
      await channel.close();
      await rig.receiver.close();
    });

    const send = (behaviour: Behaviour, signal = new AbortController().signal) => {
      rig.receiver.behaviour = behaviour;
      return channel.send(envelopeOf({ recipient: rig.recipient }), signal);
    };
    const allSocketsClosed = () =>
      eventually(() => {
        expect(rig.receiver.openSockets()).toBe(0);
      });

    it('sends, and lets go of its socket', async () => {
      expect(await send('take')).toMatchObject({ kind: 'sent' });
      expect(rig.receiver.ids).toHaveLength(1);
      await allSocketsClosed();
    });

    it('N8: gives a message the same id on every attempt', async () => {
      const envelope = envelopeOf({ recipient: rig.recipient });
      const signal = new AbortController().signal;
      await channel.send(envelope, signal);
      await channel.send({ ...envelope, attempt: 2 }, signal);
      expect(rig.receiver.ids).toHaveLength(2);
      expect(new Set(rig.receiver.ids).size).toBe(1);
      await channel.send(envelopeOf({ recipient: rig.recipient }), signal);
      expect(new Set(rig.receiver.ids).size).toBe(2);
    });

    const ending = ['drop', 'cut', 'flood', 'busy', 'gone', 'moved', 'broken', 'wrong'] as const;
    it.each(ending)('N10: classifies a receiver that does this: %s', async (behaviour) => {
      const result = await send(behaviour);
      expect(result).toMatchObject(contract.results[behaviour]);
      expect(rig.receiver.ids.length).toBeLessThanOrEqual(1);
      await allSocketsClosed();
    });

    it.each(['mute', 'hang'] as const)(
      'N9: has a timeout for a receiver that does this: %s',
      async (behaviour) => {
        channel = rig.channel({ timeoutMs: IMPATIENT_MS });
        expect(await send(behaviour)).toMatchObject(contract.results[behaviour]);
        await allSocketsClosed();
      },
    );

    it('N10: calls a refused connection transient', async () => {
      await rig.receiver.close();
      expect(await send('take')).toMatchObject({
        kind: 'failed',
        permanent: false,
        failureClass: 'refused',
      });
    });

    it('sends nothing once the signal is aborted', async () => {
      expect(await send('take', AbortSignal.abort())).toMatchObject({
        kind: 'failed',
        permanent: false,
        failureClass: 'aborted',
      });
      expect(rig.receiver.ids).toEqual([]);
    });

    it('N5: ends at once when it is aborted on the way, and says what is known', async () => {
      const controller = new AbortController();
      const sending = send('hang', controller.signal);
      await eventually(() => {
        expect(rig.receiver.ids).toHaveLength(1);
      });
      controller.abort();
      expect(await sending).toMatchObject(contract.aborted);
      await allSocketsClosed();
    });

    it('N9: keeps errors short, and free of addresses, secrets and the words of the receiver', async () => {
      for (const behaviour of ending) {
        const text = JSON.stringify(await send(behaviour));
        expect(text.length).toBeLessThanOrEqual(700);
        for (const secret of ['leak', 'ada@', ...rig.secrets]) expect(text).not.toContain(secret);
      }
    });

    it('N11: says clearly that there is no address', async () => {
      expect(await channel.send(envelopeOf(), new AbortController().signal)).toEqual(
        contract.withoutAddress,
      );
    });

    it('N9: leaves nothing behind for the next message when one has failed', async () => {
      for (const behaviour of ending) await send(behaviour);
      expect(await send('take')).toMatchObject({ kind: 'sent' });
    });
  });
};
