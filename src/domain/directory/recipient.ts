/** What the directory knows of a person or group that is told. */
export interface RecipientProfile {
  readonly recipientId: string;
  readonly displayName: string | null;
  /** IANA zone. */
  readonly zone: string;
  /** BCP 47 tag. */
  readonly locale: string;
  readonly emails: readonly string[];
}

/** What somebody wants of a recipient: what is absent stays as it is, null clears. */
export type RecipientChange = Pick<RecipientProfile, 'recipientId'> & {
  readonly [Field in Exclude<keyof RecipientProfile, 'recipientId'>]?:
    RecipientProfile[Field] | undefined;
};

const newRecipient = (recipientId: string): RecipientProfile => ({
  recipientId,
  displayName: null,
  zone: 'UTC',
  locale: 'en',
  emails: [],
});

/** The recipient after a change; one that nobody has heard of starts with defaults. */
export const recipientAfter = (
  current: RecipientProfile | null,
  change: RecipientChange,
): RecipientProfile => {
  const before = current ?? newRecipient(change.recipientId);
  return {
    recipientId: change.recipientId,
    displayName: change.displayName === undefined ? before.displayName : change.displayName,
    zone: change.zone ?? before.zone,
    locale: change.locale ?? before.locale,
    emails: change.emails ?? before.emails,
  };
};
