/** One measurement, described for whoever has to act on it. `docs/metrics.md` is compared with this table. */
export interface MetricSpec {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram, in its unit. */
  readonly buckets?: readonly number[];
  readonly meaning: string;
  /** When to wake somebody, or why never. */
  readonly alert: string;
}

/** Everything that the product measures itself. Names carry their unit; labels have few values, never ids. */
export const METRICS = {
  forewarn_http_request_duration_seconds: {
    type: 'histogram',
    help: 'Time from the headers of a request to the end of its answer.',
    labels: ['method', 'route', 'status_class'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    meaning:
      'How fast the API answers, by route pattern and class of status (`2xx` … `5xx`). Reads with `atLeast` include their wait.',
    alert: 'More than 1 % of `5xx` over 5 minutes, or p99 of a write over 1 s.',
  },
  forewarn_timer_lateness_seconds: {
    type: 'histogram',
    help: 'How long after its due time a timer started.',
    labels: ['kind'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 60],
    meaning:
      'Lateness of stages (`open_stage`), leads (`open_notices`) and corrections (`follow_ups`). Past due ones, after an outage, count with their whole delay.',
    alert: 'p99 over 2 s for 5 minutes: the process is overloaded, or its consumers lag.',
  },
} as const satisfies Readonly<Record<string, MetricSpec>>;

/** Measurements of the process, as prom-client names them on every platform. */
export const PROCESS_METRICS = {
  process_cpu_seconds_total: 'CPU time of the process. Alert: near one core for 10 minutes.',
  process_resident_memory_bytes: 'Memory of the process. Alert: near the limit of its container.',
  process_start_time_seconds: 'When the process started. Alert: changes often, so it restarts.',
  nodejs_eventloop_lag_p99_seconds: 'How late the event loop is. Alert: over 0.1 for 5 minutes.',
  nodejs_heap_size_used_bytes: 'Memory of live objects. Alert: grows for hours.',
  nodejs_gc_duration_seconds: 'Pauses for garbage collection. Alert: none, explains lateness.',
} as const;
