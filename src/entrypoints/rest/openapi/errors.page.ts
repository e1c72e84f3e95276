import { PROBLEM_CODES, PROBLEMS } from '../problem/catalogue.js';
import type { ProblemCode } from '../problem/catalogue.js';

/** The page that the `type` of every problem points into. */
export const errorsPage = (): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Forewarn: errors</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem}</style>
</head>
<body>
<main>
<h1>Errors</h1>
${PROBLEM_CODES.map(sectionOf).join('\n')}
</main>
</body>
</html>
`;

function sectionOf(code: ProblemCode): string {
  const { status, title, meaning, next } = PROBLEMS[code];
  return `<section id="${code}">
<h2>${code}</h2>
<p>${String(status)} · ${escape(title)}</p>
<p>${escape(meaning)}</p>
<p><b>What to do next:</b> ${escape(next)}</p>
</section>`;
}

/** The catalogue is ours, but a text such as `<name>` in it must not become a tag. */
const escape = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/`([^`]+)`/g, '<code>$1</code>');
