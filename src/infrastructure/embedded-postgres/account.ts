import { spawnSync } from 'node:child_process';
import fs from 'node:fs';

import { NoUnprivilegedUser } from './errors.js';

/** The operating system account under which PostgreSQL runs. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const PREFERRED_ACCOUNTS = ['postgres', 'nobody'];

/**
 * The account to switch to, or null where we stay who we are. Only root switches: PostgreSQL refuses
 * to run as root, and initdb also wants the account to be in /etc/passwd. A cluster that is there
 * already keeps its owner.
 */
export function accountFor(ownerUid: number | undefined): Account | null {
  if (process.getuid?.() !== 0) return null;
  const accounts = readAccounts();
  const owner = accounts.find(({ uid }) => uid === ownerUid);
  const wanted = PREFERRED_ACCOUNTS.map((name) => accounts.find((known) => known.name === name));
  const account = [owner, ...wanted].find((found) => found !== undefined && found.uid !== 0);
  if (account === undefined) throw new NoUnprivilegedUser(PREFERRED_ACCOUNTS);
  return account;
}

function readAccounts(): Account[] {
  return fs
    .readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ uid, gid }) => Number.isInteger(uid) && Number.isInteger(gid));
}

export function nameOf(account: Account | null): string {
  return account?.name ?? `user id ${String(process.getuid?.() ?? '')}`;
}

/** What `spawn` needs to run a program under the account. */
export function identityOf(account: Account | null): { uid?: number; gid?: number } {
  return account === null ? {} : { uid: account.uid, gid: account.gid };
}

/** Gives a file or directory to the account. */
export function giveTo(account: Account | null, file: string): void {
  if (account !== null) fs.chownSync(file, account.uid, account.gid);
}

/**
 * Whether the account can open the path, every parent included. A child process asks, because the
 * answer hangs on modes, access lists and mount options of the whole path.
 */
export function canOpen(account: Account | null, file: string): boolean {
  const script = 'test -r "$1" && test -x "$1"';
  const answer = spawnSync('/bin/sh', ['-c', script, 'sh', file], {
    ...identityOf(account),
    cwd: '/',
    stdio: 'ignore',
  });
  return answer.status === 0;
}
