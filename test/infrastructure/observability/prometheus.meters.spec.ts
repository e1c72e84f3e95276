import { readFile } from 'node:fs/promises';

import { describe, expect, it } from '@jest/globals';

import { metricsDoc } from '../../../src/infrastructure/observability/metrics-doc.js';
import { METRICS, PROCESS_METRICS } from '../../../src/infrastructure/observability/metrics.js';
import {
  PrometheusMeters,
  UnknownMetric,
} from '../../../src/infrastructure/observability/prometheus.meters.js';

const spec = (type: 'counter' | 'gauge' | 'histogram') =>
  ({ type, help: 'h', labels: ['kind'], meaning: 'm', alert: 'a' }) as const;

describe('metrics', () => {
  it('are what docs/metrics.md says', async () => {
    expect(await readFile('docs/metrics.md', 'utf8')).toBe(metricsDoc());
  });

  it('are all registered, with the process metrics that the page names', async () => {
    const { text } = await new PrometheusMeters().render();
    const registered = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name);
    const named = [...Object.keys(METRICS), ...Object.keys(PROCESS_METRICS)];
    expect(registered).toEqual(expect.arrayContaining(named));
    const own = registered.filter((name) => name?.startsWith('forewarn_'));
    expect(new Set(own)).toEqual(new Set(Object.keys(METRICS)));
  });

  it('count, stand and spread', async () => {
    const meters = new PrometheusMeters({
      c: spec('counter'),
      g: spec('gauge'),
      h: spec('histogram'),
    });
    meters.count('c', { kind: 'x' });
    meters.count('c', { kind: 'x' }, 4);
    meters.set('g', 7, { kind: 'x' });
    meters.observe('h', 0.2, { kind: 'x' });
    const { text } = await meters.render();
    expect(text).toContain('c{kind="x"} 5');
    expect(text).toContain('g{kind="x"} 7');
    expect(text).toContain('h_bucket{le="0.25",kind="x"} 1');
  });

  it('take no unknown name, no other type and no undeclared label', () => {
    const meters = new PrometheusMeters({ c: spec('counter') });
    expect(() => {
      meters.count('d');
    }).toThrow(UnknownMetric);
    expect(() => {
      meters.set('c', 1);
    }).toThrow(UnknownMetric);
    expect(() => {
      meters.count('c', { id: 'x' });
    }).toThrow(/label/i);
  });
});
