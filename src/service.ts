import path from 'node:path';

import type { LoggerService } from '@nestjs/common';

import type { Config } from './infrastructure/config/config.js';
import { startPostgres } from './infrastructure/embedded-postgres/embedded-postgres.js';
import type { EmbeddedPostgres } from './infrastructure/embedded-postgres/embedded-postgres.js';
import { EmbeddedPostgresFault } from './infrastructure/embedded-postgres/errors.js';

/** The part of a Nest application that its owner needs. */
interface Application {
  listen(port: number, host: string): Promise<unknown>;
  getUrl(): Promise<string>;
  close(): Promise<void>;
  /** Lines for whoever has just started it; they may hold a secret, and so never go to the log. */
  welcome(url: string): Promise<readonly string[]>;
}

type CreateApp = (config: Config, logger: LoggerService) => Promise<Application>;

/**
 * One process: the database, where it is our own, and the application on it. It owns their order:
 * the database comes first and goes last, however the process ends.
 */
export class Service {
  private starting: Promise<void> | undefined;
  private stopping: Promise<number> | undefined;
  /** What has to be ended, latest first. */
  private readonly running: (() => Promise<void>)[] = [];

  constructor(
    private readonly config: Config,
    private readonly logger: LoggerService,
    private readonly createApp: CreateApp,
  ) {}

  start(): Promise<void> {
    this.starting ??= this.startAll();
    return this.starting;
  }

  /** Ends everything in order and answers the exit status. Calling it again changes nothing. */
  stop(reason: string): Promise<number> {
    this.stopping ??= this.stopAll(reason);
    return this.stopping;
  }

  /** Says why the service cannot run: in one line where the reason is known, else with all that is known. */
  report(failure: unknown): void {
    const reason = failure instanceof Error && isExpected(failure) ? failure.message : failure;
    this.logger.fatal?.(reason, 'Service');
  }

  private async startAll(): Promise<void> {
    const databaseUrl = this.config.databaseUrl ?? (await this.startDatabase());
    if (this.stopping !== undefined) return;
    const app = await this.createApp(this.config.with({ databaseUrl }), this.logger);
    this.running.unshift(() => app.close());
    await app.listen(this.config.port, this.config.host);
    const seconds = process.uptime().toFixed(1);
    const url = await app.getUrl();
    this.logger.log(`ready on ${url} after ${seconds} s`, 'Service');
    for (const line of await app.welcome(url)) process.stdout.write(`  ${line}\n`);
  }

  private async startDatabase(): Promise<string> {
    const postgres = await startPostgres({
      dataDir: path.resolve(this.config.dataDir, 'pg'),
      log: (text) => {
        this.logger.debug?.(text.trim(), 'PostgreSQL');
      },
    });
    this.running.unshift(() => postgres.stop());
    postgres.onExit((status) => {
      this.logger.error(`ended with ${status}; it is being started again`, 'PostgreSQL');
    });
    postgres.onRestart(() => {
      this.logger.warn('accepts connections again', 'PostgreSQL');
    });
    this.logger.log(describe(postgres), 'PostgreSQL');
    return postgres.url;
  }

  private async stopAll(reason: string): Promise<number> {
    this.logger.log(`stopping: ${reason}`, 'Service');
    const guard = setTimeout(() => {
      this.logger.fatal?.('the stop takes too long and is broken off', 'Service');
      process.exit(1);
    }, this.config.shutdownTimeoutSeconds * 1_000);
    let status = 0;
    await this.starting?.catch(() => undefined);
    for (const end of this.running) {
      await end().catch((failure: unknown) => {
        this.logger.error(failure, 'Service');
        status = 1;
      });
    }
    clearTimeout(guard);
    this.logger.log('stopped', 'Service');
    return status;
  }
}

/** Something about the machine is in the way, and the stack of our own calls would not help to find it. */
function isExpected(failure: Error): boolean {
  return (
    failure instanceof EmbeddedPostgresFault ||
    ('syscall' in failure && failure.syscall === 'listen')
  );
}

function describe({ port, account, dataDir, fellBackFrom }: EmbeddedPostgres): string {
  const line = `runs as ${account} on 127.0.0.1:${String(port)} with its data in ${dataDir}`;
  if (fellBackFrom === undefined) return line;
  return `${line}, because ${account} cannot reach ${fellBackFrom}`;
}
