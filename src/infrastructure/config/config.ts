import { SETTINGS } from './settings.js';
import type { ConfigValues } from './settings.js';

/** Gives `Config` exactly the fields of the table; its constructor fills them. */
const Fields = Object as unknown as new () => ConfigValues;

/** The settled configuration: one typed field for every row of the table, valid as a whole. */
export class Config extends Fields {
  constructor(values: ConfigValues) {
    super();
    Object.assign(this, values);
  }

  /** Where the service is reached from outside, without a slash at the end. */
  get publicBaseUrl(): string {
    const host = this.host.includes(':') ? `[${this.host}]` : this.host;
    return (this.publicUrl ?? `http://${host}:${String(this.port)}`).replace(/\/+$/, '');
  }

  /** Domain for message ids. */
  get messageIdDomain(): string {
    return this.mailDomain ?? this.mailFrom.split('@').at(-1)?.replace('>', '') ?? 'localhost';
  }

  /** The same configuration with some fields changed. */
  with(changes: Partial<ConfigValues>): Config {
    const names = Object.keys(SETTINGS) as (keyof ConfigValues)[];
    const values = Object.fromEntries(names.map((name) => [name, this[name]]));
    return new Config({ ...(values as unknown as ConfigValues), ...changes });
  }
}
