import { spawnSync } from 'node:child_process';
import fs from 'node:fs';

/** Whether the pid is taken, be it by a process that has ended and was not yet collected by its parent. */
export function isTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * When the running process started, as an opaque text, or null if there is no such process. Together
 * with the pid it names one process for good: pids are used again, in containers very soon.
 */
export function startTimeOf(pid: number): string | null {
  if (!isTaken(pid)) return null;
  if (!fs.existsSync('/proc/self/stat')) return askPs('lstart=', pid);
  const stat = readOrNull(`/proc/${String(pid)}/stat`);
  // The name of the program stands in parentheses and may hold spaces; then come the state and 18 more.
  const fields = stat?.split(') ').at(-1)?.split(' ') ?? [];
  return fields[0] === 'Z' ? null : (fields[19] ?? null);
}

/** Whether the process is a PostgreSQL server on this data directory; it makes that its working directory. */
export function isPostmasterOf(pid: number, dataDir: string): boolean {
  if (!isTaken(pid)) return false;
  if (!fs.existsSync('/proc/self/stat')) return askPs('args=', pid)?.includes(dataDir) ?? false;
  try {
    return fs.readlinkSync(`/proc/${String(pid)}/cwd`) === fs.realpathSync(dataDir);
  } catch {
    return false;
  }
}

function readOrNull(file: string): string | null {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function askPs(column: string, pid: number): string | null {
  const answer = spawnSync('ps', ['-o', column, '-p', String(pid)], { encoding: 'utf8' });
  return answer.status === 0 ? answer.stdout.trim() : null;
}
