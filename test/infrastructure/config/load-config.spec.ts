import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { ConfigInvalid } from '../../../src/infrastructure/config/config-invalid.js';
import { readEnvironment } from '../../../src/infrastructure/config/env-file.js';
import { loadConfig } from '../../../src/infrastructure/config/load-config.js';

const complaintAbout = (environment: Record<string, string>): unknown => {
  try {
    return loadConfig(environment);
  } catch (error) {
    return error instanceof ConfigInvalid ? error.message : error;
  }
};

describe('the configuration', () => {
  it('has a value for everything when nothing is set', () => {
    const config = loadConfig({});
    expect(config).toMatchObject({ port: 3000, databaseUrl: null, minLeadSeconds: 60 });
    expect(config.duties).toEqual(['api', 'timers', 'relay', 'projections', 'executor']);
    expect(config.publicBaseUrl).toBe('http://127.0.0.1:3000');
    expect(config.messageIdDomain).toBe('localhost');
  });

  it('counts an empty variable as unset', () => {
    expect(loadConfig({ PORT: '', DATABASE_URL: ' ' })).toMatchObject({
      port: 3000,
      databaseUrl: null,
    });
  });

  it('reads numbers, lists and choices', () => {
    const config = loadConfig({
      PORT: '0',
      FOREWARN_DUTIES: 'relay, timers',
      FOREWARN_WEBHOOK_ALLOW: '10.0.0.0/8,hooks.internal,::1,fd00::/8',
      FOREWARN_APPEND_ORDER: 'counter_row',
      FOREWARN_PUBLIC_URL: 'https://forewarn.example/',
      FOREWARN_MAIL_FROM: 'Ops <ops@example.com>',
    });
    expect(config).toMatchObject({
      port: 0,
      duties: ['timers', 'relay'],
      webhookAllow: ['10.0.0.0/8', 'hooks.internal', '::1', 'fd00::/8'],
      appendOrder: 'counter_row',
    });
    expect(config.publicBaseUrl).toBe('https://forewarn.example');
    expect(config.messageIdDomain).toBe('example.com');
  });

  it.each([
    ['PORT', '65536', 'a whole number from 0 to 65535'],
    ['PORT', '3e3', 'a whole number from 0 to 65535'],
    ['FOREWARN_MIN_LEAD_SECONDS', '-1', 'a whole number from 0 to 604800'],
    ['FOREWARN_DUTIES', 'api,cook', 'some of api, timers, relay, projections, executor'],
    ['FOREWARN_DUTIES', ',', 'some of api, timers, relay, projections, executor'],
    ['FOREWARN_UNCERTAIN_POLICY', 'retry', 'one of hold, resend'],
    ['FOREWARN_PUBLIC_URL', 'forewarn.example', 'a URL that starts with http:// or https://'],
    ['FOREWARN_WEBHOOK_ALLOW', '10.0.0.0/33', 'host names, addresses or networks'],
    ['FOREWARN_EVENT_SOURCE_PREFIX', 'Forewarn', 'a reverse DNS name'],
    ['FOREWARN_MAIL_FROM', 'a@b.c\r\nBcc: d@e.f', 'an address, or a name'],
  ])('names the key, what it expected and what it found: %s=%s', (key, value, expected) => {
    const complaint = complaintAbout({ [key]: value });
    expect(complaint).toContain(`${key}: expected ${expected}`);
    expect(complaint).toContain(`found ${JSON.stringify(value)}`);
    expect(complaint).not.toContain('\n');
  });

  it.each(['DATABASE_URL', 'SMTP_URL', 'FOREWARN_EXECUTOR_SECRET', 'FOREWARN_MAIL_HTTP_SECRET'])(
    'never repeats the secret in a wrong %s',
    (key) => {
      expect(complaintAbout({ [key]: 'hunter2 ' })).toMatch(/found something else$/);
    },
  );

  it('takes a webhook key in its standard form only', () => {
    const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
    const environment = { FOREWARN_EXECUTOR_SECRET: secret };
    expect(loadConfig(environment).executorSecret).toBe(secret);
    const short = { FOREWARN_EXECUTOR_SECRET: `whsec_${Buffer.alloc(23).toString('base64')}` };
    expect(complaintAbout(short)).toContain('"whsec_" and 24 to 64 bytes in base64');
  });

  it('refuses a key that does not exist and guesses what was meant', () => {
    expect(complaintAbout({ FOREWARN_MIN_LED_SECONDS: '5' })).toBe(
      'FOREWARN_MIN_LED_SECONDS: there is no such key; did you mean FOREWARN_MIN_LEAD_SECONDS?',
    );
    expect(complaintAbout({ FOREWARN_XYZ: '5' })).toBe(
      'FOREWARN_XYZ: there is no such key; see docs/configuration.md',
    );
  });

  it.each([
    ['FOREWARN_NOTICE_LEAD_DEFAULT_HOURS', { FOREWARN_NOTICE_LEAD_MAX_HOURS: '12' }],
    ['FOREWARN_EXECUTOR_URL', { FOREWARN_EXECUTOR_KIND: 'http' }],
    ['FOREWARN_MAIL_HTTP_URL', { FOREWARN_EMAIL_PROVIDER: 'http' }],
    ['FOREWARN_VAPID_PUBLIC_KEY', { FOREWARN_VAPID_SUBJECT: 'mailto:ops@example.com' }],
  ])('names %s when keys contradict each other', (key, environment) => {
    expect(complaintAbout(environment)).toMatch(new RegExp(`^${key}: expected .*, found`));
  });

  it('changes some fields and keeps the others', () => {
    const config = loadConfig({ PORT: '1' }).with({ databaseUrl: 'postgres://there' });
    expect(config).toMatchObject({ port: 1, databaseUrl: 'postgres://there' });
    expect(config.publicBaseUrl).toBe('http://127.0.0.1:1');
  });

  it('reads a .env file behind the variables of the process', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'forewarn-env-'));
    fs.writeFileSync(path.join(folder, '.env'), 'PORT=4000\nLOG_LEVEL="warn" # quiet\n');
    const config = loadConfig(readEnvironment(folder, { PORT: '5000' }));
    expect(config).toMatchObject({ port: 5000, logLevel: 'warn' });
    fs.rmSync(folder, { recursive: true });
    expect(readEnvironment(folder, { PORT: '1' })).toEqual({ PORT: '1' });
  });
});
