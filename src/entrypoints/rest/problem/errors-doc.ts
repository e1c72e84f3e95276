import { PROBLEM_CODES, PROBLEMS } from './catalogue.js';
import type { ProblemCode } from './catalogue.js';

const HEAD = `# Errors

Every refusal is \`application/problem+json\` (RFC 9457). Programs look at \`code\`; people read \`detail\`; the
\`type\` leads to the section below. \`correlationId\` finds the request in the logs. A code keeps its meaning for ever.

A problem may carry more: \`errors\` with one entry for each field that is not valid (\`pointer\`, \`code\`, \`message\`),
\`currentVersion\`, or other facts that the sections name.
`;

/** The text of `docs/errors.md`. */
export const errorsDoc = (): string =>
  [HEAD, ...[...PROBLEM_CODES].sort().map(sectionOf)].join('\n');

function sectionOf(code: ProblemCode): string {
  const { status, title, meaning, next } = PROBLEMS[code];
  return `## ${code}\n\n**${String(status)} · ${title}.** ${meaning}\n\nWhat to do next: ${next}\n`;
}
