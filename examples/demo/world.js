import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';

import { build, isBuilt } from '../../scripts/build.mjs';
import { Api } from './api.js';
import { diceOf } from './dice.js';
import { startExecutor } from './executor-process.js';
import { Killer } from './killer.js';
import { startMailServer } from './mail-server.js';
import { ServiceProcess } from './service-process.js';
import { startWebhookReceiver } from './webhook-receiver.js';

const FAIL_SHARE = 0.03;

/**
 * Everybody who takes part, on ports and secrets of this run. `options` says whether to kill (`kill`, `seed`) and
 * whether the data outlive the run (`keep`); `later` takes what has to be ended, latest first.
 */
export async function prepareWorld({ fleet, options, tell, later }) {
  const secret = process.env.EXECUTOR_SECRET ?? `whsec_${randomBytes(32).toString('base64')}`;
  const ports = portsOf(process.env);
  const mail = await startMailServer({ fleet, port: ports.mail });
  later(() => mail.stop());
  const hooks = await startWebhookReceiver({ port: ports.hooks });
  later(() => hooks.stop());
  const executor = await startExecutor({ secret, failShare: FAIL_SHARE, port: ports.executor });
  later(() => executor.stop());
  tell('an SMTP server, a webhook receiver and an executor are listening');
  const { url, token, service } = await serviceFor({
    mail,
    executor,
    secret,
    options,
    tell,
    later,
  });
  const api = new Api(url, token);
  const killer = killerOf(service, options, tell);
  // A service of our own goes with all it has; in somebody else's we tidy up.
  const leaveNothing = service === null ? later : () => undefined;
  return { fleet, mail, hooks, executor, api, killer, tell, leaveNothing, refusals: [] };
}

/** A service of somebody else must know where our receivers are, so their ports can be fixed. */
const portsOf = ({ DEMO_SMTP_PORT = 0, DEMO_WEBHOOK_PORT = 0, DEMO_EXECUTOR_PORT = 0 }) => ({
  mail: Number(DEMO_SMTP_PORT),
  hooks: Number(DEMO_WEBHOOK_PORT),
  executor: Number(DEMO_EXECUTOR_PORT),
});

async function serviceFor({ mail, executor, secret, options, tell, later }) {
  const { FOREWARN_URL: url, FOREWARN_TOKEN: token } = process.env;
  if (url !== undefined) return { url, token, service: null };
  if (!isBuilt()) {
    tell('building …');
    if (!build()) throw new TypeError('the service does not build');
  }
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'forewarn-demo-'));
  // Started by root, the database runs under another account, which has to get in.
  chmodSync(scratch, 0o755);
  const logFile = path.join(scratch, 'service.log');
  later(() => !options.keep && rmSync(scratch, { recursive: true, force: true }));
  const service = await ServiceProcess.create({
    logFile,
    env: {
      FOREWARN_DATA_DIR: path.join(scratch, 'data'),
      FOREWARN_MIN_LEAD_SECONDS: '1',
      FOREWARN_WEBHOOK_ALLOW: '127.0.0.1',
      FOREWARN_EXECUTOR_KIND: 'http',
      FOREWARN_EXECUTOR_URL: executor.url,
      FOREWARN_EXECUTOR_SECRET: secret,
      FOREWARN_EXECUTOR_TIMEOUT_SECONDS: '4',
      FOREWARN_CLAIM_LEASE_SECONDS: '5',
      FOREWARN_SEND_TIMEOUT_SECONDS: '2',
      SMTP_URL: mail.url,
    },
  });
  later(() => service.stop());
  await service.start();
  tell(`the service answers on ${service.url}, its log is ${logFile}`);
  return { url: service.url, token: service.token, service };
}

function killerOf(service, options, tell) {
  if (!options.kill) return new Killer({ service, below: null, tell });
  if (service === null) throw new TypeError('only a service of our own may be killed');
  const seed = Number(options.seed ?? randomBytes(4).readUInt32LE());
  tell(`kills are on: seed ${seed}`);
  return new Killer({ service, below: diceOf(seed), tell });
}
