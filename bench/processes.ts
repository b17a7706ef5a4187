import { readFileSync } from 'node:fs';

/** What the kernel knows of a process; undefined where it has no `/proc`. */
export interface ProcessFigures {
  /** Milliseconds of CPU time since its start, in steps of the kernel's tick. */
  readonly cpuMs: number;
  readonly residentMb: number;
  /** Its own memory and its share of what it shares. */
  readonly proportionalMb: number;
}

/** Linux counts CPU time in hundredths of a second, whatever its timer does. */
const TICK_MS = 10;
const USER_TICKS = 11;
const SYSTEM_TICKS = 12;

export function readProcess(pid: number): ProcessFigures | undefined {
  const cpuMs = readCpuMs(pid);
  const rollup = read(`/proc/${pid}/smaps_rollup`);
  if (cpuMs === undefined || rollup === undefined) return undefined;
  return { cpuMs, residentMb: megabytes(rollup, 'Rss'), proportionalMb: megabytes(rollup, 'Pss') };
}

export function readCpuMs(pid: number): number | undefined {
  // The name in parentheses may hold spaces; the fields follow the last of them.
  const fields = read(`/proc/${pid}/stat`)?.split(') ').at(-1)?.split(' ');
  if (fields === undefined) return undefined;
  return (Number(fields[USER_TICKS]) + Number(fields[SYSTEM_TICKS])) * TICK_MS;
}

function megabytes(rollup: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1] ?? 0) / 1024;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
