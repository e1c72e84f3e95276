import { Module } from '@nestjs/common';

import { ACCESS_PROVIDERS } from './application/access/access.providers.js';
import { ACTION_CONTROLLERS } from './entrypoints/rest/action/action.controllers.js';
import {
  DIRECTORY_CONTROLLERS,
  DIRECTORY_REST_PROVIDERS,
} from './entrypoints/rest/directory/directory.controllers.js';
import { ERRORS_URL, errorsUrlOf } from './entrypoints/rest/http/http-config.js';
import { REST_SHELL_CONTROLLERS, REST_SHELL_PROVIDERS } from './entrypoints/rest/rest-shell.js';
import { Config } from './infrastructure/config/config.js';

/** The HTTP API. */
@Module({
  controllers: [...REST_SHELL_CONTROLLERS, ...DIRECTORY_CONTROLLERS, ...ACTION_CONTROLLERS],
  providers: [
    ...REST_SHELL_PROVIDERS,
    ...ACCESS_PROVIDERS,
    ...DIRECTORY_REST_PROVIDERS,
    {
      provide: ERRORS_URL,
      useFactory: (config: Config) => errorsUrlOf({ publicUrl: config.publicBaseUrl }),
      inject: [Config],
    },
  ],
})
export class RestModule {}
