import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Call {
  readonly id: string;
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
}

/** A receiver of webhooks that answers what the test wants, at once or when it is let go. */
export interface Hook {
  readonly url: string;
  readonly calls: readonly Call[];
  status: number;
  isHolding: boolean;
  /** Answers the calls that are held. */
  letGo(): void;
  close(): Promise<void>;
}

export async function startHook(): Promise<Hook> {
  const calls: Call[] = [];
  const held: ServerResponse[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { headers } = request;
      calls.push({
        headers,
        id: String(headers['webhook-id']),
        body: String(Buffer.concat(chunks)),
      });
      if (hook.isHolding) held.push(response);
      else response.writeHead(hook.status).end();
    })();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const hook: Hook = {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/hook`,
    calls,
    status: 204,
    isHolding: false,
    letGo: () => {
      hook.isHolding = false;
      for (const response of held.splice(0)) response.writeHead(hook.status).end();
    },
    close: async () => {
      hook.letGo();
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
  return hook;
}
