import { composeApp } from '../src/app.ts';
import { registerHttp } from './http.ts';
import { registerOrchestration } from './orchestration.ts';
import { registerServiceBus } from './service-bus.ts';
import { registerTimers } from './timer.ts';

const hexdag = composeApp(process.env, process.env['AzureWebJobsScriptRoot'] ?? process.cwd());

registerHttp(hexdag);
// With settings missing or wrong nothing is accepted: health says why, and everything waits where it is.
if (hexdag.work !== undefined) {
  registerOrchestration(hexdag.work);
  registerServiceBus(hexdag.work);
  registerTimers(hexdag.work);
}
