import { createApp } from './app.js';
import { ConfigInvalid } from './infrastructure/config/config-invalid.js';
import type { Config } from './infrastructure/config/config.js';
import { readEnvironment } from './infrastructure/config/env-file.js';
import { loadConfig } from './infrastructure/config/load-config.js';
import { ServiceLogger } from './infrastructure/observability/logger.js';
import { Service } from './service.js';

/** What service supervisors know as "wrong configuration": to start again would not help. */
const EXIT_CONFIG = 78;

const config = configOrExit();
const service = new Service(config, new ServiceLogger(config), createApp);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => void service.stop(signal).then((code) => process.exit(code)));
}
await service.start().catch(async (failure: unknown) => {
  service.report(failure);
  await service.stop('start failed');
  process.exit(1);
});

function configOrExit(): Config {
  try {
    return loadConfig(readEnvironment(process.cwd(), process.env));
  } catch (error) {
    if (!(error instanceof ConfigInvalid)) throw error;
    process.stderr.write(`${error.name}: ${error.message}\n`);
    process.exit(EXIT_CONFIG);
  }
}
