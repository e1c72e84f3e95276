import { readFileSync } from 'node:fs';

/** One arrow of a diagram in docs/events.md, for each event that is written on it. */
interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly event: string;
}

/** Answers whether docs/events.md draws this step. */
export type IsDrawn = (from: string, event: string, to: string) => boolean;

/** The diagrams of docs/events.md, so that neither the code nor the docs can wander off alone. */
export function documentedLife(): Record<'action' | 'target' | 'dispatch', IsDrawn> {
  const [action, target, dispatch] = readFileSync('docs/events.md', 'utf8')
    .split('```mermaid')
    .slice(1)
    .map((part) => arrowsOf(part.split('```')[0] ?? ''));
  return {
    action: isDrawnIn(action ?? []),
    target: isDrawnIn(target ?? []),
    dispatch: isDrawnIn(withoutSending(dispatch ?? [])),
  };
}

function arrowsOf(diagram: string): readonly Arrow[] {
  return diagram.split('\n').flatMap((line) => {
    const parts = /^\s*(\S+) --> (\S+?): (.+)$/.exec(line);
    if (!parts) return [];
    const [, from = '', to = '', label = ''] = parts;
    const events = label.replace(/\(.*\)/, '').split(',');
    return events.map((event) => ({ from, to, event: event.trim() }));
  });
}

/** `sending` is no event: what may follow it may follow whatever leads to it. */
function withoutSending(arrows: readonly Arrow[]): readonly Arrow[] {
  const before = arrows.filter(({ to }) => to === 'sending').map(({ from }) => from);
  return arrows.flatMap((arrow) =>
    arrow.from === 'sending' ? before.map((from) => ({ ...arrow, from })) : [arrow],
  );
}

function isDrawnIn(arrows: readonly Arrow[]): IsDrawn {
  const drawn = new Set(arrows.map(({ from, event, to }) => [from, event, to].join(' ')));
  return (from, event, to) => drawn.has([from, event, to].join(' '));
}
