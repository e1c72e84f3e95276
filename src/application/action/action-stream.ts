/** The stream that holds one action. */
export const actionStream = (actionId: string): string => `${PREFIX}${actionId}`;

export const actionIdOf = (streamId: string): string => streamId.slice(PREFIX.length);

const PREFIX = 'action-';
