import { Journal } from '../../src/application/ports/journal.port.js';

/** Keeps what duties say. */
export class RecordingJournal extends Journal {
  readonly faults: { readonly duty: string; readonly fault: unknown }[] = [];
  readonly notes: { readonly duty: string; readonly message: string }[] = [];

  override fault(duty: string, fault: unknown): void {
    this.faults.push({ duty, fault });
  }

  override note(duty: string, message: string): void {
    this.notes.push({ duty, message });
  }
}
