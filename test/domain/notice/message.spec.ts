import { describe, expect, it } from '@jest/globals';

import { renderMessage } from '../../../src/domain/notice/message.js';
import type { MessageFacts, MessageMember } from '../../../src/domain/notice/message.js';
import { htmlOf, manyLines, oneLine } from '../../../src/domain/notice/plain-text.js';

const member = (overrides: Partial<MessageMember> = {}): MessageMember => ({
  targetId: 'i-1',
  targetName: 'web-1',
  startsAt: '2030-07-01T20:00:00.000Z',
  previousStartsAt: null,
  fromVersion: null,
  toVersion: null,
  ...overrides,
});

type Overrides = Partial<Pick<MessageFacts, 'kind' | 'hedged' | 'members'>> & {
  readonly action?: Partial<MessageFacts['action']>;
  readonly recipient?: Partial<MessageFacts['recipient']>;
};

const render = ({ action, recipient, ...rest }: Overrides = {}, namedMax = 10) =>
  renderMessage(
    {
      kind: 'notice',
      hedged: false,
      members: [member()],
      ...rest,
      action: { actionType: 'restart', subject: null, body: null, reason: null, ...action },
      recipient: { displayName: null, locale: 'en', zone: 'UTC', ...recipient },
    },
    namedMax,
  );

describe('a message', () => {
  it('N13: says what happens to what and when, with the zone', () => {
    expect(render()).toEqual({
      subject: 'Planned restart: web-1',
      text: 'This restart is planned:\n\n- web-1: Mon, Jul 1, 2030, 08:00 PM UTC\n',
    });
  });

  it('N13: shows times in the zone and the locale of the reader', () => {
    expect(render({ recipient: { zone: 'Europe/Berlin' } }).text).toContain('10:00 PM GMT+2');
    expect(render({ recipient: { locale: 'de-DE', zone: 'Europe/Berlin' } }).text).toContain(
      '22:00 MESZ',
    );
  });

  it.each(['Mars/Olympus', ''])('N13: falls back to UTC when the zone is %p', (zone) => {
    expect(render({ recipient: { zone } }).text).toContain('08:00 PM UTC');
  });

  it.each(['tlh-KX', 'not a locale', ''])(
    'N13: falls back to English when the locale is %p',
    (locale) => {
      expect(render({ recipient: { locale } }).text).toContain('Mon, Jul 1, 2030');
    },
  );

  it('N13: says from which version to which', () => {
    const members = [member({ fromVersion: '2.3', toVersion: '2.4' })];
    expect(render({ members, action: { actionType: 'version_change' } })).toEqual({
      subject: 'Planned version change: web-1',
      text: expect.stringContaining('- web-1: Mon, Jul 1, 2030, 08:00 PM UTC, from 2.3 to 2.4\n'),
    });
    expect(render({ members: [member({ toVersion: '2.4' })] }).text).toContain('to version 2.4');
  });

  it('N7: says what the time is now and what it was', () => {
    const members = [member({ previousStartsAt: '2030-06-30T20:00:00.000Z' })];
    expect(render({ kind: 'rescheduled', members })).toEqual({
      subject: 'Moved: restart of web-1',
      text: expect.stringContaining(
        'now Mon, Jul 1, 2030, 08:00 PM UTC (before: Sun, Jun 30, 2030, 08:00 PM UTC)',
      ),
    });
  });

  it.each([
    ['cancelled', 'Called off: restart of web-1', 'will not take place'],
    ['completed', 'Done: restart of web-1', 'is done'],
    ['failed', 'Failed: restart of web-1', 'has failed'],
  ] as const)('N13: tells of %s with its reason', (kind, subject, words) => {
    const message = render({
      kind,
      members: [member({ startsAt: null })],
      action: { reason: 'no\nneed' },
    });
    expect(message.subject).toBe(subject);
    expect(message.text).toContain(words);
    expect(message.text).toContain('\n\n- web-1\n\nReason: no need\n');
  });

  it('N6: says "if you received" when nobody knows whether the notice arrived', () => {
    expect(render({ kind: 'cancelled', hedged: true }).text).toMatch(/^If you received /);
    expect(render({ kind: 'cancelled' }).text).not.toContain('If you received');
  });

  it('N18: names some of many targets and counts the others', () => {
    const members = ['a', 'b', 'c', 'd'].map((targetName) => member({ targetName }));
    const message = render({ members }, 2);
    expect(message.subject).toBe('Planned restart: 4 targets');
    expect(message.text).toMatch(/- a: .*\n- b: .*\n- and 2 more\n$/);
    expect(render({ members }, 4).text).not.toContain('more');
  });

  it('greets by name, and shows the id of a target without one', () => {
    const message = render({
      members: [member({ targetName: null })],
      recipient: { displayName: 'Ada' },
    });
    expect(message.text).toMatch(/^Hello Ada,\n\n/);
    expect(message.subject).toBe('Planned restart: i-1');
  });

  it("N13: takes the admin's subject and body in place of ours, for a notice only", () => {
    const action = { subject: 'Tonight', body: 'One\nTwo' };
    const notice = render({ action });
    expect(notice.subject).toBe('Tonight');
    expect(notice.text).toContain('One\nTwo\n\n- web-1: Mon');
    const cancelled = render({ kind: 'cancelled', action });
    expect(`${cancelled.subject}${cancelled.text}`).not.toMatch(/Tonight|One/);
  });

  it('N2: cuts a subject at 120 characters and a body at 2000', () => {
    const { subject, text } = render({
      action: { subject: 's'.repeat(500), body: 'b'.repeat(5_000) },
    });
    expect(subject).toHaveLength(120);
    expect(/b+…?/.exec(text)?.[0]).toHaveLength(2_000);
  });

  it.each([
    ['the subject', { action: { subject: 'Hi\r\nBcc: eve@evil.test' } }],
    ['a line separator', { action: { subject: 'Hi\u2028Bcc: eve@evil.test' } }],
    ['a target name', { members: [member({ targetName: 'web\r\nBcc: eve@evil.test' })] }],
    ['an action type', { action: { actionType: 'job\nBcc: eve@evil.test' } }],
  ])('N13: never lets %s start a header of its own', (_where, overrides) => {
    const { subject } = render(overrides);
    expect(subject).toContain('Bcc: eve');
    expect(subject).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
  });
});

describe('plain text', () => {
  it('N13: becomes HTML that shows it exactly, newlines kept', () => {
    expect(htmlOf(`<b onclick="x('y')">&\nnext`)).toBe(
      '&lt;b onclick=&quot;x(&#39;y&#39;)&quot;&gt;&amp;<br>\nnext',
    );
  });

  it('keeps newlines in a body and nothing else that controls', () => {
    expect(manyLines('a\r\nb\u0000c\u001b[31m\u202Ed', 100)).toBe('a\nb c [31md');
  });

  it('is cut between characters, never inside of one', () => {
    expect(oneLine('👩👩👩', 2)).toBe('👩…');
    expect(oneLine('a\uD83Db', 10)).toBe('a\uFFFDb');
  });
});
