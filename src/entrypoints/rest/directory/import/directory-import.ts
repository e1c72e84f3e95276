import { setImmediate as othersFirst } from 'node:timers/promises';

import { Injectable, Logger } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';

import { batchMetadata, ImportRecords } from '../../../../application/directory/import-records.js';
import { Clock } from '../../../../application/ports/clock.port.js';
import type { EventMetadata } from '../../../../application/ports/event-store.port.js';
import { refusalOf } from '../../problem/problem-of.js';
import { ImportBatch } from './import-batch.js';
import { LINES_PER_TURN, PROGRESS_EVERY_MS } from './import-limits.js';
import { ImportReport } from './import-report.js';
import { linesOf } from './lines-of.js';
import type { Line } from './lines-of.js';
import { recordOf } from './record-of.js';

/** An import under way. */
interface Run {
  readonly report: ImportReport;
  readonly metadata: EventMetadata;
  batch: ImportBatch;
  batches: number;
}

/**
 * Reads lines as fast as they can be written and no faster: nobody reads on while a batch is on its way. A bad line
 * costs itself only. What was accepted stays, whatever ends the import, and the same file may be imported again.
 */
@Injectable()
export class DirectoryImport {
  private readonly logger = new Logger('DirectoryImport');

  constructor(
    private readonly commands: CommandBus,
    private readonly clock: Clock,
  ) {}

  /** Answers lines of JSON: progress about once a second, and at last the result. */
  async *run(body: AsyncIterable<Buffer>, metadata: EventMetadata): AsyncGenerator<string> {
    const run: Run = { report: new ImportReport(), metadata, batch: new ImportBatch(), batches: 0 };
    const startedMs = this.clock.monotonicMs();
    let shownMs = startedMs;
    try {
      for await (const line of linesOf(body)) {
        await this.take(run, line);
        if (line.number % LINES_PER_TURN === 0) await othersFirst();
        const nowMs = this.clock.monotonicMs();
        if (nowMs - shownMs < PROGRESS_EVERY_MS) continue;
        shownMs = nowMs;
        yield json(run.report.progress(nowMs - startedMs));
      }
      await this.flush(run);
    } catch (error) {
      yield json(run.report.end(this.failureOf(error)));
      return;
    }
    yield json(run.report.progress(this.clock.monotonicMs() - startedMs));
    yield json(run.report.end(null));
  }

  private async take(run: Run, line: Line): Promise<void> {
    if (line.bytes?.length === 0) return;
    const read = recordOf(line);
    if (!read.ok) {
      run.report.reject(line.number, read.errors);
      return;
    }
    if (run.batch.isClosedTo(read.record)) await this.flush(run);
    run.batch.add(read.record, { number: line.number, bytes: line.bytes?.length ?? 0 });
  }

  private async flush(run: Run): Promise<void> {
    const { batch, report } = run;
    if (batch.size === 0) return;
    const metadata = batchMetadata(run.metadata, run.batches);
    const { position, erasedRecipientIds } = await this.commands.execute(
      new ImportRecords(batch.records, metadata),
    );
    for (const recipientId of erasedRecipientIds) {
      const message = 'the recipient was erased: use a new id';
      const error = { pointer: '/recipientId', code: 'intent_changed', message };
      report.reject(batch.lineOfRecipient(recipientId), [error]);
    }
    report.accept(batch.size - erasedRecipientIds.size, position);
    run.batch = new ImportBatch();
    run.batches += 1;
  }

  /** The answer has begun already, so that its last line has to say what a status would. */
  private failureOf(error: unknown): { readonly code: string; readonly message: string } {
    const { code, detail } = refusalOf(error);
    if (code === 'internal') {
      this.logger.error('an import failed', error instanceof Error ? error.stack : undefined);
    }
    return { code, message: detail };
  }
}

const json = (line: object): string => `${JSON.stringify(line)}\n`;
