import type { Setting } from './setting.js';
import { CHAPTERS } from './settings.js';

/** `docs/configuration.md`, from the table. */
export function renderConfigurationPage(): string {
  const chapters = CHAPTERS.map(
    ([title, settings]) =>
      `## ${title}\n\n${Object.values(settings).map(renderSetting).join('\n\n')}`,
  );
  return [
    '# Configuration',
    INTRODUCTION,
    'This page is made from the table in `src/infrastructure/config`: run `npm run docs:config` after a change there.',
    ...chapters,
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
}

const INTRODUCTION = [
  'Everything is set by environment variables, or in a file `.env` in the working directory, behind them.',
  'An empty variable counts as unset. The service does not start with a value that it cannot accept, nor with',
  'a key `FOREWARN_…` that does not exist; it says which and ends with status 78.',
].join('\n');

function renderSetting({ env, doc, kind, secret, unset, fallback }: Setting<unknown>): string {
  const shown = String(fallback) === '' ? 'none' : `\`${String(fallback)}\``;
  return [
    `### \`${env}\``,
    '',
    doc,
    '',
    `- Value: ${kind.expected}${secret ? '. Secret: never logged' : ''}`,
    unset === undefined ? `- Default: ${shown}` : `- Unset: ${unset}`,
  ].join('\n');
}

/** `.env.example`, from the table: every key with its default, none of them in force. */
export function renderEnvExample(): string {
  const chapters = CHAPTERS.map(([title, settings]) =>
    [`# ${title}`, '', ...Object.values(settings).map(renderExample)].join('\n'),
  );
  return `# Copy to .env and take the # away from what you set. docs/configuration.md has the rest.\n\n${chapters.join('\n')}`;
}

function renderExample({ env, doc, unset, fallback }: Setting<unknown>): string {
  const lines = [doc, ...(unset === undefined ? [] : [`Unset: ${unset}.`])];
  const comment = lines.map((line) => `# ${line.replaceAll('`', '')}`).join('\n');
  return `${comment}\n# ${env}=${unset === undefined ? quoted(String(fallback)) : ''}\n`;
}

const quoted = (text: string): string => (/[\s<>]/.test(text) ? `"${text}"` : text);
