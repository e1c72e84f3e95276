import { WhoAmIController } from './access/whoami.controller.js';
import { HealthController } from './health/health.controller.js';
import { Readiness } from './health/readiness.js';
import { IdempotencyInterceptor } from './idempotency/idempotency.interceptor.js';
import { MetricsController } from './metrics/metrics.controller.js';

/** Routes that every installation has, whatever it schedules. */
export const REST_SHELL_CONTROLLERS = [
  HealthController,
  MetricsController,
  WhoAmIController,
] as const;

/**
 * What those routes and the decorators of others need, for a composition root that also provides `ERRORS_URL`,
 * `HEALTH_CHECKS`, `Meters`, `ReadModelsProgress`, `TokenStore`, `IdempotencyStore` and `Clock`.
 */
export const REST_SHELL_PROVIDERS = [IdempotencyInterceptor, Readiness] as const;
