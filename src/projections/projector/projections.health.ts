import { HealthCheck } from '../../application/ports/health-check.port.js';
import type { HealthReport } from '../../application/ports/health-check.port.js';
import type { ProjectorGroup } from './projector-group.js';

/** Unhealthy while a consumer of this process is parked or cannot write. */
export class ProjectionsHealth extends HealthCheck {
  override readonly name = 'projections';

  constructor(private readonly group: Pick<ProjectorGroup, 'states'>) {
    super();
  }

  override check(): Promise<HealthReport> {
    const problems = this.group.states.flatMap(({ name, status, error }) => {
      // A parked consumer names the event that an operator has to look at; other faults may hold addresses.
      if (status === 'parked') return [`${name} is parked: ${error?.message ?? 'unknown'}`];
      return status === 'failing' ? [`${name} cannot be written`] : [];
    });
    return Promise.resolve(
      problems.length === 0 ? { healthy: true } : { healthy: false, reason: problems.join('; ') },
    );
  }
}
