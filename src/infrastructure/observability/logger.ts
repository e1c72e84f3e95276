import type { LoggerService } from '@nestjs/common';
import { pino } from 'pino';
import type { DestinationStream, Level, Logger } from 'pino';

import { toPrettyLine } from './pretty-lines.js';
import { redact, redactText } from './redact.js';

export interface LoggerOptions {
  readonly logLevel: Level | 'silent';
  readonly logFormat: 'pretty' | 'json';
}

/**
 * The log of the service, in the shape that Nest wants: `log(message, fields?, context?)`. A message may
 * be an error; fields are objects or errors. Everything passes the redaction.
 */
export class ServiceLogger implements LoggerService {
  private readonly sink: Logger;

  constructor(options: LoggerOptions, destination: DestinationStream = process.stdout) {
    const lines = {
      write: (json: string) => {
        destination.write(toPrettyLine(json));
      },
    };
    const target = options.logFormat === 'pretty' ? lines : destination;
    // Errors are taken apart by the redaction already; pino's own serializer would drop the cause.
    const serializers = { err: (error: unknown) => error };
    this.sink = pino({ level: options.logLevel, base: null, serializers }, target);
  }

  verbose(message: unknown, ...more: readonly unknown[]): void {
    this.write('trace', message, more);
  }

  debug(message: unknown, ...more: readonly unknown[]): void {
    this.write('debug', message, more);
  }

  log(message: unknown, ...more: readonly unknown[]): void {
    this.write('info', message, more);
  }

  warn(message: unknown, ...more: readonly unknown[]): void {
    this.write('warn', message, more);
  }

  error(message: unknown, ...more: readonly unknown[]): void {
    this.write('error', message, more);
  }

  fatal(message: unknown, ...more: readonly unknown[]): void {
    this.write('fatal', message, more);
  }

  /** Nest puts the context last, and before it the stack of an error or the caller's own fields. */
  private write(level: Level, message: unknown, more: readonly unknown[]): void {
    if (!this.sink.isLevelEnabled(level)) return;
    const last = more.at(-1);
    const context = typeof last === 'string' && !isStack(last) ? last : undefined;
    const parts = context === undefined ? more : more.slice(0, -1);
    const fields = [message, ...parts].map(fieldsOf);
    const place = context === undefined ? {} : { context };
    this.sink[level](Object.assign(place, ...fields) as object, textOf(message));
  }
}

const isStack = (text: string): boolean => text.includes('\n    at ');

function fieldsOf(part: unknown): unknown {
  if (part instanceof Error) return { err: redact(part) };
  if (typeof part === 'object') return redact(part);
  return typeof part === 'string' && isStack(part) ? { err: { stack: redactText(part) } } : {};
}

function textOf(message: unknown): string {
  if (message instanceof Error) return redactText(message.message);
  return typeof message === 'string' ? redactText(message) : '';
}
