import { Global, Module } from '@nestjs/common';
import type { DynamicModule, LoggerService } from '@nestjs/common';

import { ActionModule } from './action.module.js';
import { Journal } from './application/ports/journal.port.js';
import { Meters } from './application/ports/meters.port.js';
import { DatabaseModule } from './database.module.js';
import { DutiesModule } from './duties.module.js';
import { Config } from './infrastructure/config/config.js';
import { LoggingJournal } from './infrastructure/observability/logging.journal.js';
import { PrometheusMeters } from './infrastructure/observability/prometheus.meters.js';
import { RestModule } from './rest.module.js';

/** The whole service. */
@Global()
@Module({})
export class AppModule {
  static with(config: Config, logger: LoggerService): DynamicModule {
    const providers = [
      { provide: Config, useValue: config },
      { provide: Journal, useValue: new LoggingJournal(logger) },
      { provide: Meters, useFactory: () => new PrometheusMeters() },
    ];
    return {
      module: AppModule,
      imports: [DatabaseModule, ActionModule, DutiesModule, RestModule.with(config)],
      providers,
      exports: providers,
    };
  }
}
