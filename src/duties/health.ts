import { Injectable } from '@nestjs/common';

import { Clock } from '../application/ports/clock.port.js';
import { HealthCheck } from '../application/ports/health-check.port.js';
import type { HealthReport } from '../application/ports/health-check.port.js';
import { isTrusted } from '../application/shared/trusted-clock.js';
import { Postgres } from '../infrastructure/postgres/postgres.js';

@Injectable()
export class DatabaseHealth extends HealthCheck {
  override readonly name = 'database';

  constructor(private readonly postgres: Postgres) {
    super();
  }

  override async check(): Promise<HealthReport> {
    await this.postgres.query({ text: 'select 1' });
    return { healthy: true };
  }
}

@Injectable()
export class ClockHealth extends HealthCheck {
  override readonly name = 'clock';

  constructor(private readonly clock: Clock) {
    super();
  }

  override check(): Promise<HealthReport> {
    return Promise.resolve(
      isTrusted(this.clock)
        ? { healthy: true }
        : { healthy: false, reason: "the database's time is not known well enough to fire timers" },
    );
  }
}
