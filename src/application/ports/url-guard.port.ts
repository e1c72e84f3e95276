export type UrlVerdict =
  | { readonly kind: 'admitted' }
  | { readonly kind: 'refused'; readonly reason: string }
  /** The name does not resolve now; it may later. */
  | { readonly kind: 'unresolved' };

/** Says whether the service may call an address that somebody gave it. Never throws. */
export abstract class UrlGuard {
  abstract checkUrl(url: string): Promise<UrlVerdict>;
}
