import type { SmtpServer } from './smtp-attempt.js';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '::1']);
const PORT_SUBMISSION = 587;
const PORT_TLS = 465;

/**
 * The server that `smtp://user:password@host:port` or `smtps://…` names. A password goes over TLS only, except to
 * this very machine.
 */
export const smtpServerOf = (text: string, clientName: string): SmtpServer => {
  const url = new URL(text);
  const secure = url.protocol === 'smtps:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const auth =
    url.username === ''
      ? null
      : { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) };
  return {
    host,
    port: url.port === '' ? (secure ? PORT_TLS : PORT_SUBMISSION) : Number(url.port),
    secure,
    requireTls: auth !== null && !secure && !LOOPBACK.has(host),
    auth,
    clientName,
  };
};

/** The two halves of `Name <address>`; a bare address has no name. */
export const mailboxOf = (text: string): { readonly name: string; readonly address: string } => {
  const parts = /^(.*?)\s*<([^<>]+)>$/.exec(text.trim());
  const name = parts?.[1]?.replace(/^"|"$/g, '') ?? '';
  return { name, address: parts?.[2] ?? text.trim() };
};
