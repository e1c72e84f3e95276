/** The embedded PostgreSQL cannot be run; the message says why, and what to do, in one line. */
export abstract class EmbeddedPostgresFault extends Error {}

/** No PostgreSQL binaries for this operating system and processor are installed. */
export class BinariesMissing extends EmbeddedPostgresFault {
  override readonly name = 'BinariesMissing';

  constructor(
    readonly packageName: string,
    options?: ErrorOptions,
  ) {
    super(
      `${packageName} is not installed, so no PostgreSQL can be started here; set DATABASE_URL to use one of your own`,
      options,
    );
  }
}

/** PostgreSQL refuses to run as root, and the machine has no other account that we know. */
export class NoUnprivilegedUser extends EmbeddedPostgresFault {
  override readonly name = 'NoUnprivilegedUser';

  constructor(readonly tried: readonly string[]) {
    super(
      `PostgreSQL does not run as root and none of these accounts is in /etc/passwd: ${tried.join(', ')}`,
    );
  }
}

/** Another process runs, or is making, the cluster in this directory. */
export class DataDirInUse extends EmbeddedPostgresFault {
  override readonly name = 'DataDirInUse';

  constructor(
    readonly dataDir: string,
    readonly pid: number,
  ) {
    super(`${dataDir} is in use by process ${String(pid)}`);
  }
}

/** The account that runs PostgreSQL cannot reach the directory, and there is no other place for it. */
export class DataDirUnreachable extends EmbeddedPostgresFault {
  override readonly name = 'DataDirUnreachable';

  constructor(
    readonly dataDir: string,
    readonly account: string,
    options?: ErrorOptions,
  ) {
    super(
      `${dataDir} cannot be reached and written by ${account}; choose another data directory`,
      options,
    );
  }
}

/** The cluster is there, but the file with its password is gone. */
export class PasswordMissing extends EmbeddedPostgresFault {
  override readonly name = 'PasswordMissing';

  constructor(readonly file: string) {
    super(`${file} is gone, and without it nobody can log in to the cluster beside it`);
  }
}

/** initdb could not make a cluster. */
export class InitdbFailed extends EmbeddedPostgresFault {
  override readonly name = 'InitdbFailed';

  constructor(
    readonly dataDir: string,
    readonly output: string,
  ) {
    super(`initdb failed for ${dataDir}: ${output}`);
  }
}

/** PostgreSQL ended before it accepted connections. */
export class PostgresDidNotStart extends EmbeddedPostgresFault {
  override readonly name = 'PostgresDidNotStart';

  constructor(
    readonly status: string,
    readonly output: string,
  ) {
    super(`PostgreSQL ended with ${status} before it was ready: ${output}`);
  }
}

/** A PostgreSQL that an earlier process left running on the data does not end. */
export class PostmasterDoesNotStop extends EmbeddedPostgresFault {
  override readonly name = 'PostmasterDoesNotStop';

  constructor(readonly pid: number) {
    super(`process ${String(pid)}, a PostgreSQL left by an earlier run, does not stop`);
  }
}
