/**
 * What a receiver does to a message.
 * - `take`: takes it. `mute`: never says a word, not even hello, where the protocol has one.
 * - `hang`: reads all of it and never answers.
 * - `drop`: reads all of it and breaks the connection off. `cut`: breaks off inside of its answer's first line.
 * - `flood`: answers without an end. `busy`: asks to come again. `gone`, `moved`, `broken`, `wrong`: refuses.
 */
export type Behaviour =
  | 'take'
  | 'mute'
  | 'hang'
  | 'drop'
  | 'cut'
  | 'flood'
  | 'busy'
  | 'gone'
  | 'moved'
  | 'broken'
  | 'wrong';

/** A real server on the loopback interface that can be made to misbehave. */
export interface Receiver {
  behaviour: Behaviour;
  readonly port: number;
  /** The wire ids of the messages that were read to the end, in order. */
  readonly ids: readonly string[];
  /** Connections that the channel holds open now. */
  readonly openSockets: () => number;
  /** Stops listening, so that a connection is refused. */
  readonly close: () => Promise<void>;
}

/** Text that a hostile receiver puts in every answer, to see it nowhere else. */
export const SPITE = 'ada@example.test whsec_leak https://leak.test/?token=1';
