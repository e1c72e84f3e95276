import type { RouteOptions } from 'fastify';

import { Refused } from '../problem/refused.js';

interface ServedPath {
  readonly pattern: RegExp;
  readonly method: string;
}

/** Knows which methods a path is served with, to tell an unknown path from a wrong method. */
export class RouteTable {
  private readonly served: ServedPath[] = [];

  add({ url, method }: Pick<RouteOptions, 'url' | 'method'>): void {
    const pattern = patternOf(url);
    for (const each of [method].flat()) this.served.push({ pattern, method: each.toUpperCase() });
  }

  /** Why nothing answers a request: nobody serves the path, or not with this method. */
  refusalOf(method: string, path: string): Refused {
    const allow = this.methodsOf(path).join(', ');
    if (allow === '') return new Refused('not_found', 'nothing is served at this path');
    return new Refused('method_not_allowed', `${method} is not offered here, but ${allow}`, {
      headers: { allow },
    });
  }

  private methodsOf(path: string): readonly string[] {
    const methods = this.served.filter(({ pattern }) => pattern.test(path));
    return [...new Set(methods.map(({ method }) => method))].sort((a, b) => (a < b ? -1 : 1));
  }
}

/** `/v1/actions/:id/*` → one path part for the parameter, anything for the star. */
const patternOf = (url: string): RegExp => {
  const source = url
    .split(/(:[A-Za-z]\w*|\*)/)
    .map((piece) => {
      if (piece === '*') return '.*';
      return piece.startsWith(':') ? '[^/]+' : piece.replace(/[$()+.?[\\\]^{|}]/g, String.raw`\$&`);
    })
    .join('');
  return new RegExp(`^${source}$`);
};
