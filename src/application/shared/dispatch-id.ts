import { dispatchKeyText } from '../../domain/notice/dispatch.js';
import type { DispatchKey } from '../../domain/notice/dispatch.js';
import { uuidV5 } from './uuid-v5.js';

/** Never changes: receivers know dispatches by the ids that follow from it. */
const DISPATCH_NAMESPACE = '9f0d3f0e-3b7c-5a51-9d5e-6f1b0a3c7e42';

/** Public id of a dispatch: the same key of the same action always gives the same UUID. */
export const dispatchIdOf = (actionId: string, key: DispatchKey): string =>
  uuidV5(DISPATCH_NAMESPACE, `${actionId}|${dispatchKeyText(key)}`);
