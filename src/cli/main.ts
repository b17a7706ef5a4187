/** The `hexdag` command. */
import { EXIT } from './errors.ts';
import { runCli } from './run.ts';

// Whoever reads the output may stop reading at any time: `hexdag runs list | head -1`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const exitCode = await runCli(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  environment: process.env,
  onInterrupt: (callback) => void process.once('SIGINT', callback),
});

process.exitCode = exitCode;
// What was interrupted may never come to an end.
if (exitCode === EXIT.interrupted) process.exit();
