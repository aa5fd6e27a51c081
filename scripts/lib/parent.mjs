// Notices that npm is gone. npm passes SIGTERM on to the shell that it started for us, and that
// ends without telling us: nobody would then end the server.

const LOOK_MS = 250;

/** From now on the end of the npm that runs this script is a SIGTERM for us. */
export function endWithNpm() {
  if (!process.env.npm_lifecycle_event || process.platform === 'win32') return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, LOOK_MS);
  timer.unref();
}
