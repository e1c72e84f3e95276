import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';

/** What a route says to the HTTP server, before any handler is asked. */
export interface RouteOptions {
  /** Answered without a token. */
  readonly open?: boolean;
  readonly bodyBytesMax?: number;
  /** Media types that it reads instead of `application/json`. */
  readonly accepts?: readonly string[];
  /** Keep the bytes of the body beside what was read from them, for signatures. */
  readonly keepsRawBody?: boolean;
}

const OPTIONS = Symbol('route options');

/** Adds options to a route; several such decorators on one handler add up. */
export function RouteOption(options: RouteOptions): MethodDecorator {
  return (target, key, descriptor): void => {
    const handler = descriptor.value as object;
    const before = Reflect.getOwnMetadata(OPTIONS, handler) as RouteOptions | undefined;
    const merged = { ...before, ...options };
    Reflect.defineMetadata(OPTIONS, merged, handler);
    applyDecorators(RouteConfig(merged))(target, key, descriptor);
  };
}

/** Gives the handler its body as a `Readable` of one of these media types, cut off at a size. */
export const StreamedBody = (
  mediaTypes: readonly string[],
  bodyBytesMax: number,
): MethodDecorator => RouteOption({ accepts: mediaTypes, bodyBytesMax });

/** The handler reads a form, such as the one-click request of RFC 8058. */
export const FormBody = (): MethodDecorator =>
  RouteOption({ accepts: ['application/x-www-form-urlencoded'] });

/** The handler checks a signature over the body: `rawBodyOf` gives its bytes. */
export const KeepsRawBody = (): MethodDecorator => RouteOption({ keepsRawBody: true });
