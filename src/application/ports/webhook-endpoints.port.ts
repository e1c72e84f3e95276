import type { Page } from './directory.port.js';

export interface WebhookEndpoint {
  readonly endpointId: string;
  readonly url: string;
  /** Null for the default endpoint, which stands in for recipients that have none of their own. */
  readonly recipientId: string | null;
  /** ISO-8601, or null while it is called. */
  readonly disabledAt: string | null;
  readonly disabledReason: string | null;
}

export interface NewWebhookEndpoint extends Pick<
  WebhookEndpoint,
  'endpointId' | 'url' | 'recipientId'
> {
  /** `whsec_` and 32 random bytes in base64. */
  readonly secret: string;
}

export type EndpointAdded =
  | { readonly kind: 'added' }
  /** The recipient, or the default place, has an enabled endpoint already. */
  | { readonly kind: 'taken'; readonly endpointId: string }
  /** The recipient is not in the directory, or is erased. */
  | { readonly kind: 'no_recipient' };

/** The table of webhook endpoints. At most one is enabled per recipient, and one as the default. */
export abstract class WebhookEndpointTable {
  abstract add(endpoint: NewWebhookEndpoint): Promise<EndpointAdded>;
  abstract find(endpointId: string): Promise<WebhookEndpoint | null>;
  abstract list(page: Page): Promise<readonly WebhookEndpoint[]>;
  abstract remove(endpointId: string): Promise<boolean>;
  /** Keeps the first reason when it is disabled already. */
  abstract disable(endpointId: string, reason: string): Promise<void>;
}
