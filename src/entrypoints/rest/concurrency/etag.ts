import type { FastifyReply } from 'fastify';

/** Marks an answer with the edit version that a later write sends back as `If-Match`. */
export function setEditVersion(reply: FastifyReply, editVersion: number): void {
  void reply.header('etag', `"${String(editVersion)}"`);
}
