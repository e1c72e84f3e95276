import { describe, expect, it } from '@jest/globals';

import { cloudEventOf } from '../../src/infrastructure/channels/webhook/cloud-event.js';
import { envelopeOf } from '../conformance/channels/envelopes.js';
import { orderOf } from '../infrastructure/executors/orders.js';
import { blocksOf } from './pages.js';
import { differences } from './same-shape.js';

const SOURCE = 'https://forewarn.example.com';

const shownIn = (marker: string): unknown => {
  const [block] = blocksOf('json', marker);
  if (block === undefined) throw new TypeError(`no page shows a ${marker}`);
  return JSON.parse(block.text);
};

describe('what the pages show of the wire', () => {
  it('is the body of a webhook', () => {
    const names = { typePrefix: 'dev.forewarn', source: SOURCE, membersNamedMax: 50 };
    const body = cloudEventOf(envelopeOf(), names, Date.parse('2030-06-30T20:00:00.000Z'));
    expect(differences(shownIn('webhook-body'), JSON.parse(body))).toEqual([]);
  });

  it('is the order that an executor gets', () => {
    const order: unknown = JSON.parse(JSON.stringify(orderOf()));
    expect(differences(shownIn('executor-order'), order)).toEqual([]);
  });
});
