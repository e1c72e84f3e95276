import { ActionEditsController } from './action-edits.controller.js';
import { ActionController } from './action.controller.js';
import { ClaimsController } from './claims.controller.js';

/** The routes that change actions. */
export const ACTION_CONTROLLERS = [
  ActionController,
  ActionEditsController,
  ClaimsController,
] as const;
