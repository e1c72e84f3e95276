import { describe, expect, it } from '@jest/globals';

import { parseInstant } from '../../../src/domain/shared/parse-instant.js';
import { isZone, resolveInstant } from '../../../src/domain/shared/resolve-instant.js';

describe('a written time', () => {
  it.each([
    ['Europe/Berlin', '2030-01-15T12:00', '2030-01-15T11:00:00.000Z', 'in winter'],
    ['Europe/Berlin', '2030-07-15T12:00', '2030-07-15T10:00:00.000Z', 'in summer'],
    ['Europe/Berlin', '2030-03-31T01:59:59', '2030-03-31T00:59:59.000Z', 'right before the gap'],
    ['Europe/Berlin', '2030-03-31T03:00', '2030-03-31T01:00:00.000Z', 'right behind the gap'],
    ['Europe/Berlin', '2030-10-27T02:30', '2030-10-27T00:30:00.000Z', 'shown twice: the first'],
    ['Europe/Berlin', '2030-10-27T03:00', '2030-10-27T02:00:00.000Z', 'right behind the overlap'],
    ['America/New_York', '2030-11-03T01:30', '2030-11-03T05:30:00.000Z', 'shown twice: the first'],
    ['Australia/Lord_Howe', '2030-04-07T01:45', '2030-04-06T14:45:00.000Z', 'a half-hour overlap'],
    [
      'Australia/Lord_Howe',
      '2030-10-06T02:30',
      '2030-10-05T15:30:00.000Z',
      'behind a half-hour gap',
    ],
    ['Asia/Kathmandu', '2030-05-01T00:00', '2030-04-30T18:15:00.000Z', 'an odd offset'],
    ['Pacific/Kiritimati', '2030-01-01T00:00', '2029-12-31T10:00:00.000Z', 'fourteen hours ahead'],
    [
      'Africa/Casablanca',
      '2024-03-10T02:30',
      '2024-03-10T01:30:00.000Z',
      'a zone with winter in Ramadan',
    ],
    ['UTC', '2030-05-01T08:00', '2030-05-01T08:00:00.000Z', 'without any shift'],
  ])('in %s, %s is %s (%s)', (zone, at, instant) => {
    expect(resolveInstant({ at, zone }, '/runAt')).toEqual({ ok: true, instant });
  });

  it.each([
    ['Europe/Berlin', '2030-03-31T02:30', 'skipped_time'],
    ['America/New_York', '2030-03-10T02:00', 'skipped_time'],
    ['Australia/Lord_Howe', '2030-10-06T02:15', 'skipped_time'],
    ['Pacific/Apia', '2011-12-30T12:00', 'skipped_time'],
    ['America/New_York', '9999-12-31T23:30', 'instant'],
    ['Mars/Phobos', '2030-01-01T00:00', 'zone'],
    ['+01:00', '2030-01-01T00:00', 'zone'],
    [null, '2030-01-01T00:00', 'offset'],
    ['UTC', '2030-02-30T00:00', 'instant'],
    ['UTC', '2030-01-01T24:00', 'instant'],
    ['UTC', '2030-01-01', 'instant'],
    ['UTC', 'tomorrow', 'instant'],
  ])('in %s, %s is refused with %s', (zone, at, code) => {
    expect(resolveInstant({ at, zone }, '/stages/0/runAt')).toMatchObject({
      ok: false,
      error: { pointer: '/stages/0/runAt', code },
    });
  });

  it('with an offset needs no zone and ignores one', () => {
    const written = { at: '2030-03-31T02:30:00+02:00', zone: 'Europe/Berlin' };
    expect(resolveInstant(written, '/runAt')).toEqual({
      ok: true,
      instant: '2030-03-31T00:30:00.000Z',
    });
  });
});

describe('parseInstant', () => {
  it.each([
    ['2030-05-01T08:00:00Z', '2030-05-01T08:00:00.000Z'],
    ['2030-05-01t08:00:00.5z', '2030-05-01T08:00:00.500Z'],
    ['2030-05-01T08:00:00.123456789+05:45', '2030-05-01T02:15:00.123Z'],
    ['2028-02-29T23:59:59-23:59', '2028-03-01T23:58:59.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ])('reads %s as %s', (text, instant) => {
    expect(new Date(parseInstant(text) ?? NaN).toISOString()).toBe(instant);
  });

  it.each([
    '2030-05-01T08:00:00',
    '2030-05-01 08:00:00Z',
    '2030-05-01T08:00Z',
    '2030-13-01T08:00:00Z',
    '2029-02-29T08:00:00Z',
    '2030-05-01T08:00:60Z',
    '2030-05-01T08:00:00+24:00',
    '9999-12-31T23:59:59-01:00',
    '0000-01-01T00:00:00+01:00',
    '+12030-05-01T08:00:00Z',
    '2030-05-01T08:00:00Z\n',
    '1e9',
    '',
  ])('does not read %p', (text) => {
    expect(parseInstant(text)).toBeNull();
  });
});

it('a zone is a name of the IANA list, nothing else that the runtime may take', () => {
  expect(['Europe/Berlin', 'Etc/GMT+5', 'UTC'].every(isZone)).toBe(true);
  expect(['', '+01:00', 'Mars/Phobos', 'Europe/../Berlin', 'x'.repeat(99)].some(isZone)).toBe(
    false,
  );
});
