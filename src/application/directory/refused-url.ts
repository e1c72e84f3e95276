import { refuse } from '../../domain/shared/decider.js';
import type { UrlVerdict } from '../ports/url-guard.port.js';

/** The refusal of an address in a request; its reason names no address that was looked up. */
export function refusedUrl(
  pointer: string,
  verdict: Exclude<UrlVerdict, { readonly kind: 'admitted' }>,
): ReturnType<typeof refuse> {
  const code = verdict.kind === 'refused' ? verdict.reason : 'unresolved';
  const message = `the service may not call this address: ${code}`;
  return refuse('validation', message, { errors: [{ pointer, code, message }] });
}
