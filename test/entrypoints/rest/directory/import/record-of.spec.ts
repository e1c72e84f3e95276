import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { recordOf } from '../../../../../src/entrypoints/rest/directory/import/record-of.js';

const read = (text: string | Buffer) => recordOf({ number: 1, bytes: Buffer.from(text) });
const target = (fields: object) => JSON.stringify({ kind: 'target', targetId: 'web-1', ...fields });
const recipient = (fields: object) =>
  JSON.stringify({ kind: 'recipient', recipientId: 'ada', ...fields });
const many = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`key-${String(index)}`, '']));

describe('a line of an import', () => {
  it('is a target, a recipient or a version', () => {
    expect(read(target({ labels: { team: 'atlas' }, pin: null, lifecycle: 'destroyed' }))).toEqual({
      ok: true,
      record: {
        kind: 'target',
        change: {
          targetId: 'web-1',
          labels: { team: 'atlas' },
          pin: null,
          lifecycle: 'destroyed',
        },
      },
    });
    expect(read(recipient({ emails: ['a@example.test'], zone: 'Asia/Tokyo' }))).toMatchObject({
      ok: true,
      record: { kind: 'recipient', change: { recipientId: 'ada', emails: ['a@example.test'] } },
    });
    expect(read('{"kind":"version","version":"2.4.0"}')).toEqual({
      ok: true,
      record: { kind: 'version', version: '2.4.0', disabled: false },
    });
  });

  it.each([
    ['not JSON', '{', '', 'malformed'],
    ['not UTF-8', Buffer.from([0x22, 0xff, 0x22]), '', 'malformed'],
    ['no object', '[1]', '', 'object'],
    ['no kind', '{}', '/kind', 'kind'],
    ['a strange kind', '{"kind":"toString"}', '/kind', 'kind'],
    ['a prototype', '{"kind":"target","__proto__":{}}', '', 'malformed'],
    ['no id', '{"kind":"target"}', '/targetId', 'id'],
    ['a bad id', target({ targetId: 'a/b' }), '/targetId', 'id'],
    ['a long id', target({ targetId: 'a'.repeat(129) }), '/targetId', 'id'],
    ['an unknown field', target({ colour: 'red' }), '/colour', 'unknown_field'],
    ['a null that clears nothing', target({ name: null }), '/name', 'text'],
    ['a control character', target({ version: '2.4\n' }), '/version', 'text'],
    ['an empty version', target({ version: '' }), '/version', 'text'],
    ['a long version', target({ version: '2'.repeat(129) }), '/version', 'text'],
    ['a strange lifecycle', target({ lifecycle: 'zombie' }), '/lifecycle', 'in'],
    ['too many labels', target({ labels: many(33) }), '/labels', 'labels'],
    ['a long label key', target({ labels: { ['k'.repeat(64)]: '' } }), '/labels', 'labels'],
    ['a long label value', target({ labels: { k: 'v'.repeat(256) } }), '/labels', 'labels'],
    ['a label that is no text', target({ labels: { k: 1 } }), '/labels', 'labels'],
    ['a list of labels', target({ labels: ['k'] }), '/labels', 'labels'],
    ['a bad address', recipient({ emails: ['nobody'] }), '/emails', 'email'],
    [
      'the same address twice',
      recipient({ emails: ['a@b.test', 'a@b.test'] }),
      '/emails',
      'array_unique',
    ],
    [
      'too many addresses',
      recipient({ emails: Object.keys(many(11)).map((key) => `${key}@b.test`) }),
      '/emails',
      'array_max_size',
    ],
    ['an offset for a zone', recipient({ zone: '+02:00' }), '/zone', 'zone'],
    ['a strange zone', recipient({ zone: 'Mars/Olympus' }), '/zone', 'zone'],
    ['a strange locale', recipient({ locale: 'english please' }), '/locale', 'locale'],
  ])('is refused for %s', (_what, text, pointer, code) => {
    const line = read(text);
    expect(line).toMatchObject({ ok: false });
    expect(line.ok ? [] : line.errors).toContainEqual(expect.objectContaining({ pointer, code }));
  });

  it('is refused for its length', () => {
    expect(recordOf({ number: 1, bytes: null })).toMatchObject({ errors: [{ code: 'too_long' }] });
  });

  it('may be as large as the limits allow', () => {
    expect(read(target({ labels: many(32), version: '2'.repeat(128) }))).toMatchObject({
      ok: true,
    });
  });

  it('says nothing of what was sent', () => {
    const line = read(recipient({ emails: ['secret-address'], zone: 'secret-zone' }));
    expect(JSON.stringify(line)).not.toContain('secret');
  });

  it('is right on every line of the example fleet', () => {
    const fleet = new URL('../../../../../examples/fleet.jsonl', import.meta.url);
    const lines = readFileSync(fleet, 'utf8').trimEnd().split('\n').map(read);
    expect(lines.filter(({ ok }) => !ok)).toEqual([]);
    const kinds = lines.map((line) => (line.ok ? line.record.kind : 'wrong'));
    const count = (kind: string) => kinds.filter((each) => each === kind).length;
    expect([count('target'), count('recipient'), count('version')]).toEqual([500, 120, 3]);
  });
});
