import type { Listener } from '../../src/infrastructure/postgres/listener.js';

/** Starts the listener and resolves once its connection hears the channel. */
export function listening(listener: Listener, channel: string): Promise<void> {
  return new Promise((resolve) => {
    const unlisten = listener.listen(channel, () => {
      unlisten();
      resolve();
    });
    listener.start();
  });
}
