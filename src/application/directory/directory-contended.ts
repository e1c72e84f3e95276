import { StoreUnavailable } from '../ports/event-store.port.js';

/** Others kept changing the same entries all the time. The command may be given again. */
export class DirectoryContended extends StoreUnavailable {
  constructor(readonly ids: readonly string[]) {
    super(`${String(ids.length)} directory entries were changed by others all the time`);
  }
}
