/** Names of the streams that hold the directory's facts. */
export const targetStream = (targetId: string): string => `target-${targetId}`;

export const recipientStream = (recipientId: string): string => `recipient-${recipientId}`;

export const CATALOGUE_STREAM = 'catalogue';
