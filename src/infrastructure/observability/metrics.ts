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
  forewarn_append_duration_seconds: {
    type: 'histogram',
    help: 'Time from handing an append to the log until its verdict.',
    labels: ['verdict'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    meaning:
      'How fast decisions become durable. `conflict` is normal on busy actions; `busy` means that targets were held.',
    alert: 'p99 of `appended` over 0.5 s for 5 minutes.',
  },
  forewarn_events_total: {
    type: 'counter',
    help: 'Events that this process appended, by type.',
    labels: ['type'],
    meaning: 'What happens, as `docs/events.md` describes it.',
    alert: 'None by itself.',
  },
  forewarn_outcomes_total: {
    type: 'counter',
    help: 'Outcomes of targets.',
    labels: ['outcome'],
    meaning: 'How changes end: `applied`, `skipped`, `failed`.',
    alert: 'A share of `failed` that your fleet does not usually have.',
  },
  forewarn_target_lateness_seconds: {
    type: 'histogram',
    help: "Time from a target's scheduled time until it was claimed, started and ended.",
    labels: ['until'],
    buckets: [0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 300, 1_800, 7_200],
    meaning:
      'Lateness, never earliness: `claim`, `start` and `end` against the scheduled time. A big stage ends as late as the executor needs.',
    alert: 'p99 of `claim` for the first targets of a stage over 5 s.',
  },
  forewarn_dispatches_total: {
    type: 'counter',
    help: 'What became of dispatches, by channel and kind.',
    labels: ['channel', 'kind', 'result'],
    meaning:
      '`sent`, `attempt_failed` (another attempt follows), `failed` (refused or withdrawn), `uncertain`, `suppressed`, `expired`, `dead`.',
    alert:
      'Any `dead`; `uncertain` without a crash to explain it; `attempt_failed` outgrowing `sent`.',
  },
  forewarn_outbox_rows: {
    type: 'gauge',
    help: 'Dispatches that have not ended.',
    labels: ['channel', 'status'],
    meaning: 'What waits (`pending`) and what is inside a send (`sending`), every 5 s.',
    alert: '`pending` grows for 10 minutes.',
  },
  forewarn_timers_pending: {
    type: 'gauge',
    help: 'Timers that have not fired for good.',
    labels: [],
    meaning: 'Stages, leads, work and corrections ahead.',
    alert: 'None by itself.',
  },
  forewarn_log_position: {
    type: 'gauge',
    help: 'Position of the last event of the log.',
    labels: [],
    meaning: 'How long the log is.',
    alert: 'None by itself.',
  },
  forewarn_consumer_lag_events: {
    type: 'gauge',
    help: 'Positions between the end of the log and a consumer of this process.',
    labels: ['consumer'],
    meaning:
      'Lag of `timers` makes stages late, lag of `outbox` makes notices late, lag of a read model makes reads old.',
    alert: 'Over 1,000 for 1 minute.',
  },
  forewarn_consumer_parked: {
    type: 'gauge',
    help: '1 when a consumer stands still in front of an event that it cannot read.',
    labels: ['consumer'],
    meaning: 'The log holds an event of a later version of the program. Readiness names it.',
    alert: 'Any 1.',
  },
  forewarn_clock_error_bound_seconds: {
    type: 'gauge',
    help: "Half-width of what is known about the database's time.",
    labels: [],
    meaning: 'Timers wait by this much to be never early. Over 0.05 they do not fire.',
    alert: 'Over 0.05 for 1 minute.',
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
