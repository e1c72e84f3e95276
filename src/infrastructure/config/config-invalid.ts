/** A configuration that the service does not start with. The message is one line that names the key. */
export class ConfigInvalid extends Error {
  override readonly name = 'ConfigInvalid';

  constructor(
    /** Name of the environment variable. */
    readonly key: string,
    problem: string,
  ) {
    super(`${key}: ${problem}`);
  }
}
