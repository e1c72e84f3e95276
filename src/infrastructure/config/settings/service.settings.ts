import { integer, matching, oneOf, someOf, url } from '../kinds.js';
import { optional, setting } from '../setting.js';

/** The process itself: where it listens, what it does, how it speaks. */
export const serviceSettings = {
  host: setting({
    env: 'HOST',
    kind: matching(/^[\w.:-]+$/, 'an address or host name'),
    fallback: '127.0.0.1',
    doc: 'Address to listen on. The default answers this machine alone; `0.0.0.0` answers everybody.',
  }),
  port: setting({
    env: 'PORT',
    kind: integer(0, 65_535),
    fallback: 3000,
    doc: 'Port to listen on. 0 takes any free one.',
  }),
  publicUrl: optional({
    env: 'FOREWARN_PUBLIC_URL',
    kind: url('http', 'https'),
    unset: '`http://HOST:PORT`',
    doc: 'Where people and programs reach the service; the links in notices start with it.',
  }),
  duties: setting({
    env: 'FOREWARN_DUTIES',
    kind: someOf('api', 'timers', 'relay', 'projections', 'executor'),
    fallback: ['api', 'timers', 'relay', 'projections', 'executor'] as const,
    doc: 'What this process does. Each duty may run in any number of processes on the same database.',
  }),
  logLevel: setting({
    env: 'LOG_LEVEL',
    kind: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    fallback: 'info',
    doc: 'The least severe message that is logged.',
  }),
  logFormat: setting({
    env: 'FOREWARN_LOG_FORMAT',
    kind: oneOf('pretty', 'json'),
    fallback: 'pretty',
    doc: '`pretty` writes lines for people, `json` one object a line for programs.',
  }),
  eventSourcePrefix: setting({
    env: 'FOREWARN_EVENT_SOURCE_PREFIX',
    kind: matching(/^[a-z][a-z\d-]*(\.[a-z\d-]+)+$/, 'a reverse DNS name such as com.example'),
    fallback: 'dev.forewarn',
    doc: 'Reverse DNS name in front of every event type that leaves the service.',
  }),
  shutdownTimeoutSeconds: setting({
    env: 'FOREWARN_SHUTDOWN_TIMEOUT_SECONDS',
    kind: integer(1, 600),
    fallback: 15,
    doc: 'Seconds that an orderly stop may take before the process ends regardless.',
  }),
};
