import { noticesOf } from './promises.js';

const MARK = {
  applied: '●',
  skipped: '○',
  failed: '✗',
  cancelled: '–',
  pending: '?',
  running: '!',
};
const PER_LINE = 80;
const NAMED_MAX = 8;

/** The story as text: who ended how, which dispatch how, who was told what, how late, and which promise held. */
export function render(found) {
  const { evidence, promises } = found;
  return [
    ...evidence.actions.flatMap(outcomes),
    ...table('dispatches by status', dispatches(evidence), ['channel', 'kind']),
    ...table('what arrived, by the receivers’ own ledgers', arrivals(found), ['channel']),
    ...whoWasTold(found),
    ...lateness(found),
    ...table('faults that were injected', [faults(found)], []),
    '\npromises',
    ...promises.flatMap(verdict),
  ].join('\n');
}

function outcomes({ type, now, targets }) {
  const lines = ['', `${type}: ${now.status}, ${targets.length} targets`];
  for (const { stage, runAt } of now.stages) {
    const marks = targets.filter((t) => t.stage === stage).map(({ status }) => MARK[status]);
    lines.push(`  stage ${stage + 1} at ${clock(runAt)}`);
    for (let from = 0; from < marks.length; from += PER_LINE) {
      lines.push(`    ${marks.slice(from, from + PER_LINE).join('')}`);
    }
  }
  const legend = Object.entries(tally(targets, ({ status, reason }) => label(status, reason)));
  return [...lines, ...legend.map(([what, count]) => `  ${String(count).padStart(4)}  ${what}`)];
}

const label = (status, reason) =>
  `${MARK[status]} ${status}${reason === null || status === 'cancelled' ? '' : ` (${reason})`}`;

function dispatches(evidence) {
  const rows = noticesOf(evidence).toSorted(byChannelAndKind);
  return grouped(
    rows,
    ({ channel, kind }) => ({ channel, kind }),
    ({ status }) => status,
  );
}

function arrivals({ mails, hooks, evidence }) {
  const rows = [...mails, ...hooks, ...evidence.inbox].flatMap((message) =>
    message.targetIds.map(() => message),
  );
  return grouped(
    rows,
    ({ channel }) => ({ channel }),
    ({ kind }) => kind,
  );
}

const byChannelAndKind = (a, b) =>
  a.channel.localeCompare(b.channel) || a.kind.localeCompare(b.kind);

/** The two that were called off alone, and the first few of everything else. */
function whoWasTold({ mails, hooks, evidence, story }) {
  const messages = [...mails, ...hooks, ...evidence.inbox].toSorted((a, b) => a.at - b.at);
  const targets = evidence.actions.flatMap((action) => action.targets);
  const firstOf = (wanted) =>
    targets.find(
      ({ status, targetId }) =>
        status === wanted &&
        !chosen.has(targetId) &&
        messages.some((m) => m.targetIds.includes(targetId)),
    );
  const chosen = new Map([
    [story.before.targetId, 'cancelled before its notice'],
    [story.after.targetId, 'cancelled after its notice'],
  ]);
  for (const status of ['cancelled', 'applied', 'failed', 'skipped']) {
    const target = firstOf(status);
    if (target !== undefined) chosen.set(target.targetId, label(status, target.reason));
  }
  return [
    '\nwho was told what, for one target of each kind',
    ...[...chosen].flatMap(([targetId, why]) => [
      `  ${targetId}: ${why}`,
      ...linesAbout(messages.filter((message) => message.targetIds.includes(targetId))),
    ]),
  ];
}

const linesAbout = (messages) =>
  messages.length === 0
    ? ['      nobody, nothing']
    : messages.map(
        ({ at, channel, recipientId, kind }) =>
          `      ${clock(at)}  ${channel.padEnd(8)} ${recipientId}  ${kind}`,
      );

function lateness({ evidence, executor }) {
  const byAction = evidence.actions.map(({ type, actionId, stages, targets, lateness: said }) => {
    const stageOf = new Map(targets.map(({ targetId, stage }) => [targetId, stage]));
    const late = executor
      .filter((entry) => entry.actionId === actionId && entry.attempt === 1)
      .map(({ at, targetId }) => Date.parse(at) - Date.parse(stages[stageOf.get(targetId)].runAt));
    return [
      { action: type, measured: 'scheduled → effect (executor)', ...percentiles(late) },
      { action: type, measured: 'scheduled → claim (API)', ...picked(said.claim) },
      { action: type, measured: 'claim → outcome (API)', ...picked(said.work) },
    ];
  });
  return table('lateness in milliseconds', byAction.flat(), ['action', 'measured']);
}

const picked = ({ count, p50, p95, p99, max }) =>
  Object.fromEntries(
    Object.entries({ count, p50, p95, p99, max }).map(([name, ms]) => [
      name,
      ms === null ? '' : Math.round(ms),
    ]),
  );

export function percentiles(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? '';
  return {
    count: sorted.length,
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    max: sorted.at(-1) ?? '',
  };
}

const faults = ({ faultsInjected, kills, repeatedCalls }) => ({
  ...faultsInjected,
  kills: kills.length,
  'API calls repeated': repeatedCalls,
});

const verdict = ({ name, looked, broken, said, isKept }) => [
  `  ${isKept ? 'kept  ' : 'BROKEN'}  ${name.padEnd(62)} ${String(looked).padStart(6)} looked at${said === null ? '' : `; ${said}`}`,
  ...broken.slice(0, NAMED_MAX).map((what) => `            ${what}`),
  ...(broken.length > NAMED_MAX ? [`            and ${broken.length - NAMED_MAX} more`] : []),
];

export const clock = (at) => new Date(at).toISOString().slice(11, 23);

const tally = (items, keyOf) => {
  const counts = {};
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1;
  return counts;
};

function grouped(rows, groupOf, columnOf) {
  const groups = new Map();
  for (const row of rows) {
    const group = groupOf(row);
    const key = JSON.stringify(group);
    const counted = groups.get(key) ?? { ...group };
    const column = columnOf(row);
    counted[column] = (counted[column] ?? 0) + 1;
    groups.set(key, counted);
  }
  return [...groups.values()];
}

function table(title, rows, leading) {
  const columns = [...new Set([...leading, ...rows.flatMap((row) => Object.keys(row))])];
  const cells = [columns, ...rows.map((row) => columns.map((column) => String(row[column] ?? '')))];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index].length)));
  const lines = cells.map((line) =>
    line
      .map((cell, index) =>
        leading.includes(columns[index])
          ? cell.padEnd(widths[index])
          : cell.padStart(widths[index]),
      )
      .join('  '),
  );
  return [`\n${title}`, ...lines.map((line) => `  ${line}`)];
}
