export interface HealthReport {
  readonly healthy: boolean;
  /** One sentence for an operator; shown to anybody, so without names, addresses or secrets. */
  readonly reason?: string;
}

/** One thing that must hold for the process to take work. Whoever owns the thing brings the check. */
export abstract class HealthCheck {
  /** Short and stable, in kebab case, such as `database`. */
  abstract readonly name: string;
  /** Ends by itself, or is given up on after `HEALTH_CHECK_TIMEOUT_MS`; a throw counts as unhealthy. */
  abstract check(): Promise<HealthReport>;
}

/** Injection token of the list of all checks. */
export const HEALTH_CHECKS = Symbol('HEALTH_CHECKS');
