/** Where duties say what went wrong and what they did about it. Never personal data, never secrets. */
export abstract class Journal {
  abstract fault(duty: string, fault: unknown, facts?: Readonly<Record<string, unknown>>): void;
  abstract note(duty: string, message: string, facts?: Readonly<Record<string, unknown>>): void;
}
