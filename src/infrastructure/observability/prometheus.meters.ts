import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

import { Meters } from '../../application/ports/meters.port.js';
import type { MeterLabels } from '../../application/ports/meters.port.js';
import { METRICS } from './metrics.js';
import type { MetricSpec } from './metrics.js';

type Instrument = Counter | Gauge | Histogram;

/** Code measures under a name that the catalogue does not have, or as another type. */
export class UnknownMetric extends Error {
  override readonly name = 'UnknownMetric';

  constructor(readonly metric: string) {
    super(`no such metric in the catalogue, or not of this type: ${metric}`);
  }
}

/** Measurements in a registry of their own, so that two applications in one process do not mix. */
export class PrometheusMeters extends Meters {
  private readonly registry = new Registry();
  private readonly instruments: ReadonlyMap<string, Instrument>;

  constructor(catalogue: Readonly<Record<string, MetricSpec>> = METRICS) {
    super();
    const registers = [this.registry];
    this.instruments = new Map(
      Object.entries(catalogue).map(([name, spec]) => [name, instrumentOf(name, spec, registers)]),
    );
    collectDefaultMetrics({ register: this.registry });
  }

  override count(name: string, labels: MeterLabels = {}, by = 1): void {
    const instrument = this.instruments.get(name);
    if (!(instrument instanceof Counter)) throw new UnknownMetric(name);
    instrument.inc({ ...labels }, by);
  }

  override set(name: string, value: number, labels: MeterLabels = {}): void {
    const instrument = this.instruments.get(name);
    if (!(instrument instanceof Gauge)) throw new UnknownMetric(name);
    instrument.set({ ...labels }, value);
  }

  override observe(name: string, value: number, labels: MeterLabels = {}): void {
    const instrument = this.instruments.get(name);
    if (!(instrument instanceof Histogram)) throw new UnknownMetric(name);
    instrument.observe({ ...labels }, value);
  }

  override async render(): Promise<{ readonly contentType: string; readonly text: string }> {
    return { contentType: this.registry.contentType, text: await this.registry.metrics() };
  }
}

function instrumentOf(name: string, spec: MetricSpec, registers: Registry[]): Instrument {
  const common = { name, help: spec.help, labelNames: [...spec.labels], registers };
  switch (spec.type) {
    case 'counter':
      return new Counter(common);
    case 'gauge':
      return new Gauge(common);
    case 'histogram':
      return new Histogram({ ...common, ...(spec.buckets && { buckets: [...spec.buckets] }) });
  }
}
