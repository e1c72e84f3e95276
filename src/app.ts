import 'reflect-metadata';

import { Controller, Get, Module } from '@nestjs/common';
import type { DynamicModule, LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import { Config } from './infrastructure/config/config.js';

@Controller('health')
class HealthController {
  @Get('live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }
}

@Module({ controllers: [HealthController] })
class AppModule {
  static with(config: Config): DynamicModule {
    return { module: AppModule, providers: [{ provide: Config, useValue: config }] };
  }
}

/** The whole application, ready to listen. */
export async function createApp(
  config: Config,
  logger: LoggerService,
): Promise<NestFastifyApplication> {
  return NestFactory.create<NestFastifyApplication>(AppModule.with(config), new FastifyAdapter(), {
    logger,
    abortOnError: false,
  });
}
