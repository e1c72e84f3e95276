import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';

import { ACCESS_PROVIDERS } from './application/access/access.providers.js';
import { NOTICE_PROVIDERS } from './application/notice/notice.providers.js';
import { ACTION_CONTROLLERS } from './entrypoints/rest/action/action.controllers.js';
import {
  DIRECTORY_CONTROLLERS,
  DIRECTORY_REST_PROVIDERS,
} from './entrypoints/rest/directory/directory.controllers.js';
import { ERRORS_URL, errorsUrlOf } from './entrypoints/rest/http/http-config.js';
import { READ_CONTROLLERS, READ_PROVIDERS } from './entrypoints/rest/read.controllers.js';
import { REST_SHELL_CONTROLLERS, REST_SHELL_PROVIDERS } from './entrypoints/rest/rest-shell.js';
import { Config } from './infrastructure/config/config.js';

/** The HTTP API. A process without the duty `api` answers health and metrics only. */
@Module({})
export class RestModule {
  static with({ duties }: Config): DynamicModule {
    const api = [...DIRECTORY_CONTROLLERS, ...ACTION_CONTROLLERS, ...READ_CONTROLLERS];
    return {
      module: RestModule,
      controllers: [...REST_SHELL_CONTROLLERS, ...(duties.includes('api') ? api : [])],
      providers: [
        ...REST_SHELL_PROVIDERS,
        ...ACCESS_PROVIDERS,
        ...DIRECTORY_REST_PROVIDERS,
        ...NOTICE_PROVIDERS,
        ...READ_PROVIDERS,
        {
          provide: ERRORS_URL,
          useFactory: (config: Config) => errorsUrlOf({ publicUrl: config.publicBaseUrl }),
          inject: [Config],
        },
      ],
    };
  }
}
