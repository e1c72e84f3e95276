import type { LoggerService } from '@nestjs/common';

import { StoreUnavailable } from '../../application/ports/event-store.port.js';
import { Journal } from '../../application/ports/journal.port.js';

/** Faults and notes of duties, as lines of the service's log. */
export class LoggingJournal extends Journal {
  constructor(private readonly logger: LoggerService) {
    super();
  }

  override fault(
    duty: string,
    fault: unknown,
    facts: Readonly<Record<string, unknown>> = {},
  ): void {
    // An outage of the database is one fact, not a stack for everything that ran into it.
    const message = fault instanceof StoreUnavailable ? `${fault.name}: ${fault.message}` : fault;
    this.logger.warn(message, facts, duty);
  }

  override note(
    duty: string,
    message: string,
    facts: Readonly<Record<string, unknown>> = {},
  ): void {
    this.logger.log(message, facts, duty);
  }
}
