const HOUR_SECONDS = 3_600;
const MINUTE_SECONDS = 60;

/** A length of time as ISO 8601 in hours, minutes and seconds: `PT24H`. */
export function isoDuration(seconds: number): string {
  const parts = [
    [Math.floor(seconds / HOUR_SECONDS), 'H'],
    [Math.floor((seconds % HOUR_SECONDS) / MINUTE_SECONDS), 'M'],
    [seconds % MINUTE_SECONDS, 'S'],
  ] as const;
  const text = parts.map(([count, unit]) => (count > 0 ? `${String(count)}${unit}` : '')).join('');
  return text === '' ? 'PT0S' : `PT${text}`;
}
