import type { LoggerService } from '@nestjs/common';

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
    this.logger.warn(fault, facts, duty);
  }

  override note(
    duty: string,
    message: string,
    facts: Readonly<Record<string, unknown>> = {},
  ): void {
    this.logger.log(message, facts, duty);
  }
}
