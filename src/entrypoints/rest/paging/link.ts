import type { FastifyReply, FastifyRequest } from 'fastify';

/** Names the next page in a `Link` header (RFC 8288), with the filters of this one. */
export function linkNextPage(request: FastifyRequest, reply: FastifyReply, cursor: string): void {
  const [path = '/', query = ''] = request.url.split('?', 2);
  const parameters = new URLSearchParams(query);
  parameters.set('cursor', cursor);
  void reply.header('link', `<${path}?${parameters.toString()}>; rel="next"`);
}
