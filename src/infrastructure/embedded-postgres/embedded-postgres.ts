import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

import { nameOf } from './account.js';
import { binariesFor } from './binaries.js';
import { ensureCluster, SUPERUSER } from './cluster.js';
import { prepareDataDirectory } from './data-directory.js';
import type { DataDirectory } from './data-directory.js';
import { PostgresDidNotStart } from './errors.js';
import { endLeftoverPostmaster } from './leftover-postmaster.js';
import { takeOwnership } from './ownership.js';
import { startPostmaster } from './postmaster.js';
import type { Postmaster, ServerPlan } from './postmaster.js';
import { Supervisor } from './supervisor.js';

export interface EmbeddedPostgresOptions {
  /** Where the data should lie; made if it is not there. */
  readonly dataDir: string;
  /** Port on 127.0.0.1; any free one unless given. */
  readonly port?: number;
  /** Server settings beside or instead of our own. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Gets what the server writes to its log. */
  readonly log?: (text: string) => void;
}

/** A PostgreSQL of our own. It is restarted on the same port when it dies, until `stop`. */
export interface EmbeddedPostgres {
  /** Connection string of the cluster's superuser, password included. */
  readonly url: string;
  readonly port: number;
  /** Where the data lies in fact. */
  readonly dataDir: string;
  /** Where the data should have been, if the account that runs PostgreSQL cannot reach that place. */
  readonly fellBackFrom?: string;
  /** Name of the account that runs PostgreSQL. */
  readonly account: string;
  /** Process id of the server that runs now. */
  readonly pid: () => number;
  /** Calls back with the exit status or signal whenever the server ends while it should run. */
  onExit(listener: (status: string) => void): void;
  /** Calls back when the server accepts connections again after such an end. */
  onRestart(listener: () => void): void;
  /** Ends the server in order, and gives the data directory free. */
  stop(): Promise<void>;
}

/**
 * Loopback without TLS: the bundled OpenSSL is old. What is acknowledged is on the disk. Compiling
 * queries costs more than it brings at the size of ours.
 */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  fsync: 'on',
  synchronous_commit: 'on',
  jit: 'off',
};

const START_ATTEMPTS_MAX = 25;
const RETRY_MS = 200;
const PASSES_WITH_TIME =
  /shared memory block .* still in use|could not bind|could not create any TCP/;

/** Starts PostgreSQL from the installed binaries, on the data of the last run if there is any. */
export async function startPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const place = prepareDataDirectory(options.dataDir);
  const ownership = takeOwnership(place.dataDir);
  try {
    const binaries = binariesFor(place.account, place.dataDir);
    const password = await ensureCluster({ ...place, binaries });
    await endLeftoverPostmaster(place.dataDir);
    const { plan, postmaster } = await startPatiently(options, place, binaries);
    const supervisor = new Supervisor(plan, postmaster);
    return {
      url: `postgres://${SUPERUSER}:${password}@127.0.0.1:${String(plan.port)}/postgres`,
      port: plan.port,
      dataDir: place.dataDir,
      ...(place.fellBackFrom === undefined ? {} : { fellBackFrom: place.fellBackFrom }),
      account: nameOf(place.account),
      pid: () => supervisor.pid,
      onExit: (listener) => {
        supervisor.onExit(listener);
      },
      onRestart: (listener) => {
        supervisor.onRestart(listener);
      },
      stop: async () => {
        await supervisor.stop();
        ownership.release();
      },
    };
  } catch (failure) {
    ownership.release();
    throw failure;
  }
}

/** A free port may be taken before we bind it, and backends of a killed server need a moment to end. */
async function startPatiently(
  options: EmbeddedPostgresOptions,
  place: DataDirectory,
  binaries: string,
): Promise<{ plan: ServerPlan; postmaster: Postmaster }> {
  for (let attempt = 1; ; attempt += 1) {
    const plan: ServerPlan = {
      binaries,
      dataDir: place.dataDir,
      account: place.account,
      port: options.port ?? (await freePort()),
      settings: { ...SETTINGS, ...options.settings },
      log: options.log ?? (() => undefined),
    };
    try {
      return { plan, postmaster: await startPostmaster(plan) };
    } catch (failure) {
      if (attempt === START_ATTEMPTS_MAX || !mayPass(failure)) throw failure;
      await pause(RETRY_MS);
    }
  }
}

function mayPass(failure: unknown): boolean {
  return failure instanceof PostgresDidNotStart && PASSES_WITH_TIME.test(failure.output);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
