import type { NoticeKind } from './dispatch.js';

/** The words of one language. `what` is the action in words ("restart"), `where` a target's name or a number of targets. */
export interface MessageTexts {
  /** Action types in words; one that is missing is shown by its own name. */
  readonly actionTypes: Readonly<Record<string, string>>;
  readonly targets: (count: number) => string;
  readonly subject: Readonly<Record<NoticeKind, (what: string, where: string) => string>>;
  readonly opening: Readonly<Record<NoticeKind, (what: string) => string>>;
  readonly greeting: (name: string) => string;
  /** Said first when nobody knows whether the earlier message arrived. */
  readonly hedge: (what: string) => string;
  readonly reason: (reason: string) => string;
  readonly moved: (now: string, before: string) => string;
  readonly versions: (from: string | null, to: string) => string;
  readonly more: (count: number) => string;
}

const ENGLISH: MessageTexts = {
  actionTypes: {
    restart: 'restart',
    version_change: 'version change',
    autostop: 'automatic stop',
    job: 'job',
  },
  targets: (count) => `${String(count)} targets`,
  subject: {
    notice: (what, where) => `Planned ${what}: ${where}`,
    cancelled: (what, where) => `Called off: ${what} of ${where}`,
    rescheduled: (what, where) => `Moved: ${what} of ${where}`,
    completed: (what, where) => `Done: ${what} of ${where}`,
    failed: (what, where) => `Failed: ${what} of ${where}`,
  },
  opening: {
    notice: (what) => `This ${what} is planned:`,
    cancelled: (what) => `The ${what} that was planned will not take place:`,
    rescheduled: (what) => `The ${what} that was planned has moved:`,
    completed: (what) => `The ${what} that was planned is done:`,
    failed: (what) => `The ${what} that was planned has failed:`,
  },
  greeting: (name) => `Hello ${name},`,
  hedge: (what) =>
    `If you received an earlier notice about this ${what}, this message replaces it. If you did not, nothing is missing.`,
  reason: (reason) => `Reason: ${reason}`,
  moved: (now, before) => `now ${now} (before: ${before})`,
  versions: (from, to) => (from === null ? `to version ${to}` : `from ${from} to ${to}`),
  more: (count) => `and ${String(count)} more`,
};

/** One row per language, by the first part of the locale. */
const TEXTS: ReadonlyMap<string, MessageTexts> = new Map([['en', ENGLISH]]);

/** Texts in the reader's language, else in English. */
export const textsFor = (locale: string): MessageTexts =>
  TEXTS.get(locale.split('-')[0]?.toLowerCase() ?? '') ?? ENGLISH;
