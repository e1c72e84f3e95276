import { closestTo } from './closest-to.js';
import { ConfigInvalid } from './config-invalid.js';
import { Config } from './config.js';
import type { Setting } from './setting.js';
import { SETTINGS } from './settings.js';
import type { ConfigValues } from './settings.js';

export type Environment = Readonly<Record<string, string | undefined>>;

const PREFIX = 'FOREWARN_';
const SHOWN_MAX = 80;

/**
 * The configuration that these variables make. An empty variable counts as unset.
 *
 * @throws {ConfigInvalid} for the first value that is not acceptable, and for keys that do not exist.
 */
export function loadConfig(environment: Environment): Config {
  refuseUnknownKeys(environment);
  const entries = Object.entries<Setting<unknown>>(SETTINGS).map(
    ([name, setting]) => [name, valueOf(setting, environment[setting.env])] as const,
  );
  const config = new Config(Object.fromEntries(entries) as unknown as ConfigValues);
  refuseContradictions(config);
  return config;
}

function valueOf(setting: Setting<unknown>, text: string | undefined): unknown {
  if (text === undefined || text.trim() === '') return setting.fallback;
  const value = setting.kind.parse(text.trim());
  if (value !== undefined) return value;
  const found = setting.secret ? 'something else' : JSON.stringify(text.slice(0, SHOWN_MAX));
  throw new ConfigInvalid(setting.env, `expected ${setting.kind.expected}, found ${found}`);
}

/** Where clients such as the demo find a service; they say nothing to the service itself. */
const CLIENT_KEYS: readonly string[] = ['FOREWARN_URL', 'FOREWARN_TOKEN'];

/** A misspelt key would leave its default in force and nobody would know. */
function refuseUnknownKeys(environment: Environment): void {
  const known = Object.values(SETTINGS).map(({ env }) => env);
  const unknown = Object.keys(environment).find(
    (key) => key.startsWith(PREFIX) && !known.includes(key) && !CLIENT_KEYS.includes(key),
  );
  if (unknown === undefined) return;
  const guess = closestTo(unknown, known);
  const hint = guess === undefined ? 'see docs/configuration.md' : `did you mean ${guess}?`;
  throw new ConfigInvalid(unknown, `there is no such key; ${hint}`);
}

/** Keys that are right one by one and wrong together. */
function refuseContradictions(config: Config): void {
  if (config.noticeLeadDefaultHours > config.noticeLeadMaxHours) {
    const most = `${SETTINGS.noticeLeadMaxHours.env} (${String(config.noticeLeadMaxHours)})`;
    const found = String(config.noticeLeadDefaultHours);
    const problem = `expected at most ${most}, found ${found}`;
    throw new ConfigInvalid(SETTINGS.noticeLeadDefaultHours.env, problem);
  }
  if (config.executorKind === 'http') {
    demandTogether(config, ['executorUrl', 'executorSecret'], 'the http executor');
  }
  if (config.emailProvider === 'http') {
    demandTogether(config, ['mailHttpUrl', 'mailHttpSecret'], 'the http mail provider');
  }
  const vapid = ['vapidPublicKey', 'vapidPrivateKey', 'vapidSubject'] as const;
  if (vapid.some((name) => config[name] !== null)) demandTogether(config, vapid, 'Web Push');
}

function demandTogether(
  config: Config,
  names: readonly (keyof ConfigValues)[],
  purpose: string,
): void {
  const missing = names.find((name) => config[name] === null);
  if (missing === undefined) return;
  const setting: Setting<unknown> = SETTINGS[missing];
  const problem = `expected ${setting.kind.expected}, which ${purpose} needs, found nothing`;
  throw new ConfigInvalid(setting.env, problem);
}
