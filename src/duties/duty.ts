/** A part of the work that a process takes on. Every duty is safe with any number of copies. */
export interface Duty {
  start(): void;
  /** Takes on nothing more, and ends what is under way within about `graceMs`. */
  stop(graceMs: number): Promise<void>;
}
