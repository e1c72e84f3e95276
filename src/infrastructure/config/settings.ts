import type { Setting } from './setting.js';
import { actionSettings } from './settings/action.settings.js';
import { databaseSettings } from './settings/database.settings.js';
import { noticeSettings } from './settings/notice.settings.js';
import { serviceSettings } from './settings/service.settings.js';

/** Every key of the configuration, by the name of its field. */
export const SETTINGS = {
  ...serviceSettings,
  ...databaseSettings,
  ...actionSettings,
  ...noticeSettings,
};

/** The same keys in the chapters of the documentation. */
export const CHAPTERS: readonly (readonly [string, Readonly<Record<string, Setting<unknown>>>])[] =
  [
    ['Service', serviceSettings],
    ['Database', databaseSettings],
    ['Actions', actionSettings],
    ['Notices', noticeSettings],
  ];

export type SettingName = keyof typeof SETTINGS;

export type ConfigValues = {
  readonly [Name in SettingName]: (typeof SETTINGS)[Name] extends Setting<infer Value>
    ? Value
    : never;
};
