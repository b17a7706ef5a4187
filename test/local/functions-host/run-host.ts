/** Started by a test as a process of its own: runs the app named first, and prints what each path then answers. */
import { createRequire } from 'node:module';
import { startFunctionsHost } from '../../../local/functions-host/host.ts';

const [appDirectory = '.', mode = 'fresh', ...paths] = process.argv.slice(2);

const registerElsewhere = () => {
  const { app } = createRequire(import.meta.url)('@azure/functions');
  app.http('elsewhere', { handler: () => ({}) });
};
if (mode === 'library-first') registerElsewhere();

try {
  const host = await startFunctionsHost({ appDirectory, port: 0, extensions: [], onLog: () => undefined });
  const answers = await Promise.all(paths.map(async (path) => (await fetch(`${host.origin}${path}`)).text()));
  console.log(JSON.stringify({ answers }));
  await host.close();
} catch (error) {
  console.log(JSON.stringify({ code: Object(error).code, message: String(Object(error).message) }));
}
