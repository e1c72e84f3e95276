/** Which part of its stream a timer is about. */
export const stageSubject = (stage: number): string => `${STAGE}${String(stage)}`;

export const stageOfSubject = (subject: string): number => Number(subject.slice(STAGE.length));

/** A timer about the whole stream. */
export const WHOLE_STREAM = '';

const STAGE = 'stage:';
