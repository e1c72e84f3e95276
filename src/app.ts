import 'reflect-metadata';

import type { LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import { AppModule } from './app.module.js';
import { configureHttp, NEST_OPTIONS } from './entrypoints/rest/http/configure-http.js';
import { errorsUrlOf } from './entrypoints/rest/http/http-config.js';
import { RestAdapter } from './entrypoints/rest/http/rest.adapter.js';
import type { Config } from './infrastructure/config/config.js';
import { welcomeLines } from './welcome.js';

/** What the owner of the process does with the application. */
export interface Forewarn {
  readonly app: NestFastifyApplication;
  listen(port: number, host: string): Promise<unknown>;
  getUrl(): Promise<string>;
  close(): Promise<void>;
  welcome(url: string): Promise<readonly string[]>;
}

/** The whole application, ready to listen. */
export async function createApp(config: Config, logger: LoggerService): Promise<Forewarn> {
  const http = { publicUrl: config.publicBaseUrl };
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.with(config, logger),
    new RestAdapter(errorsUrlOf(http)),
    { ...NEST_OPTIONS, logger },
  );
  await configureHttp(app, http);
  return {
    app,
    listen: (port, host) => app.listen(port, host),
    getUrl: () => app.getUrl(),
    close: () => app.close(),
    welcome: (url) => welcomeLines(app, config, url),
  };
}
