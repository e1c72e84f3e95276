import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { PAGES } from './pages.js';
import type { Page } from './pages.js';
import { startService } from './running-service.js';
import type { RunningService } from './running-service.js';
import { differences } from './same-shape.js';
import { runBlocks } from './shell.js';

const hasCommands = ({ blocks }: Page): boolean => blocks.some(({ marker }) => marker === 'run');

describe('the commands of the pages', () => {
  let database: TestDatabase;
  let service: RunningService;

  beforeAll(async () => {
    database = await createDatabase();
    service = await startService({ DATABASE_URL: database.url });
  });

  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  it.each(PAGES.filter(hasCommands))(
    'run and answer what $file shows',
    async (page) => {
      const { url, token } = service;
      const env = { BASE: url, TOKEN: token, DATABASE_URL: database.url };
      const commands = page.blocks.filter(({ marker }) => marker === 'run');
      const answered = await runBlocks(commands, env);
      const found = answered.flatMap(({ block, output }) => {
        const next = page.blocks[page.blocks.indexOf(block) + 1];
        if (next?.marker !== 'answer') return [];
        const isJson = next.language === 'json';
        const [shown, real] = [next.text.trim(), output].map((text) =>
          isJson ? (JSON.parse(text) as unknown) : text,
        );
        return differences(shown, real).map((line) => `${next.place} ${line}`);
      });
      expect(found).toEqual([]);
    },
    120_000,
  );

  it('name routes that are there', async () => {
    const answer = await fetch(`${service.url}/openapi.json`);
    const { paths } = (await answer.json()) as { paths: Record<string, Record<string, unknown>> };
    const routes = Object.entries(paths).flatMap(([route, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${route}`),
    );
    const named = PAGES.flatMap(({ file, text }) =>
      [...text.matchAll(/`((?:GET|POST|PUT|DELETE) \/[^`\s]*)`/g)].map(([, route = '']) => ({
        file,
        route,
      })),
    );
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter(({ route }) => !routes.includes(route))).toEqual([]);
  });
});
