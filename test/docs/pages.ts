import fs from 'node:fs';
import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '..', '..');

/** A fenced block. Its first word is the language, the second says how it is kept true: see `blocks.spec.ts`. */
export interface Block {
  readonly place: string;
  readonly language: string;
  readonly marker: string;
  readonly text: string;
}

export interface Page {
  /** From the root of the tree. */
  readonly file: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

const FENCE = /^```([^\n]*)\n(.*?)^```$/gms;

/** Every page of words in the tree. */
export const PAGES: readonly Page[] = [
  ...['.', 'docs', 'examples'].flatMap((folder) => pagesIn(folder, folder !== '.')),
].map(pageOf);

function pagesIn(folder: string, isDeep: boolean): readonly string[] {
  return fs
    .readdirSync(path.join(ROOT, folder), { recursive: isDeep, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.join(folder, name))
    .sort();
}

function pageOf(file: string): Page {
  const text = fs.readFileSync(path.join(ROOT, file), 'utf8');
  const blocks = [...text.matchAll(FENCE)].map((match): Block => {
    const [language = '', marker = ''] = (match[1] ?? '').trim().split(/\s+/);
    const line = text.slice(0, match.index).split('\n').length;
    return { place: `${file}:${String(line)}`, language, marker, text: match[2] ?? '' };
  });
  return { file, text, blocks };
}

export const blocksOf = (language: string, marker: string): readonly Block[] =>
  PAGES.flatMap(({ blocks }) => blocks).filter(
    (block) => block.language === language && block.marker === marker,
  );

/** The page without its fenced blocks. */
export const proseOf = ({ text }: Page): string => text.replaceAll(FENCE, '');
