import { setTimeout as pause } from 'node:timers/promises';

import { until } from './patience.js';

const LOOK_MS = 5;

/**
 * Kills the service at moments that a seed chooses, and starts it again on the same data. One kill at a time; the
 * receivers and the executor live on. Without `below` (no dice) nothing is ever killed.
 */
export class Killer {
  kills = [];
  #service;
  #below;
  #tell;
  #queue = Promise.resolve();

  constructor({ service, below, tell }) {
    this.#service = service;
    this.#below = below;
    this.#tell = tell;
  }

  get isOn() {
    return this.#below !== null;
  }

  /** A kill within `withinMs` of the moment at which `when` becomes true. Answers at once. */
  during(phase, { withinMs, when = () => true }) {
    if (!this.isOn) return;
    const delayMs = this.#below(withinMs);
    const moment = until(`${phase} has begun`, when, { everyMs: LOOK_MS })
      .then(() => pause(delayMs))
      .catch(() => undefined);
    this.#queue = Promise.all([this.#queue, moment]).then(() => this.#killNow(phase, delayMs));
  }

  /** Resolves when the service lives and no kill is outstanding. */
  done() {
    return this.#queue;
  }

  async #killNow(phase, delayMs) {
    const killedAt = Date.now();
    await this.#service.kill();
    this.#tell(`killed the service (${phase}, ${delayMs} ms into it)`);
    await this.#service.start();
    const downMs = Date.now() - killedAt;
    this.kills.push({ phase, delayMs, at: killedAt, downMs });
    this.#tell(`the service is back after ${(downMs / 1_000).toFixed(1)} s`);
  }
}
