import { toEpochMs } from '../shared/instant.js';
import type { Instant } from '../shared/instant.js';

export interface Place {
  /** BCP 47 tag. */
  readonly locale: string;
  /** IANA zone. */
  readonly zone: string;
}

const LOCALE_FALLBACK = 'en';
const ZONE_FALLBACK = 'UTC';

/**
 * Writes instants as the reader's calendar and clock show them, always with the zone. A locale or zone that is
 * unknown here falls back to English and UTC: a message with a foreign clock is better than none.
 */
export const localTimeIn = (place: Place): ((instant: Instant) => string) => {
  const format = formatOf(knownLocale(place.locale), place.zone);
  return (instant) => format.format(new Date(toEpochMs(instant)));
};

const knownLocale = (locale: string): string => {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf([locale])[0] ?? LOCALE_FALLBACK;
  } catch {
    return LOCALE_FALLBACK;
  }
};

const formatOf = (locale: string, zone: string): Intl.DateTimeFormat => {
  const options: Intl.DateTimeFormatOptions = {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  };
  try {
    return new Intl.DateTimeFormat(locale, { ...options, timeZone: zone });
  } catch {
    return new Intl.DateTimeFormat(locale, { ...options, timeZone: ZONE_FALLBACK });
  }
};
