import { readFileSync } from 'node:fs';

/** The fleet of `examples/fleet.jsonl`, as the demo's receivers know it: without asking the service. */
export function readFleet() {
  const text = readFileSync(new URL('../fleet.jsonl', import.meta.url), 'utf8');
  const records = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const targets = records.filter(({ kind }) => kind === 'target');
  const recipients = records.filter(({ kind }) => kind === 'recipient');
  return {
    text,
    lineCount: records.length,
    targets,
    recipients,
    targetById: new Map(targets.map((target) => [target.targetId, target])),
    targetIdByName: new Map(targets.map(({ name, targetId }) => [name, targetId])),
    recipientById: new Map(recipients.map((recipient) => [recipient.recipientId, recipient])),
    recipientIdByAddress: new Map(
      recipients.flatMap(({ recipientId, emails }) => emails.map((email) => [email, recipientId])),
    ),
  };
}
