/** Injection token of the URL under which the pages about errors are served. */
export const ERRORS_URL = Symbol('ERRORS_URL');

/** What the HTTP edge needs to know from outside. */
export interface HttpConfig {
  /** Where clients reach the service, without a slash at the end. Empty: links are relative to the host. */
  readonly publicUrl: string;
}

/** The `type` of every problem points into this page. */
export const errorsUrlOf = ({ publicUrl }: HttpConfig): string => `${publicUrl}/docs/errors`;
