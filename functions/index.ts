import { app } from '@azure/functions';
import { composeApp } from '../src/app.ts';
import { registerBlobs } from './blob.ts';
import { registerHttp } from './http.ts';
import { registerOrchestration } from './orchestration.ts';
import { registerServiceBus } from './service-bus.ts';
import { registerTimers } from './timer.ts';
import { registerTimerTriggers } from './timer-triggers.ts';
import { registerWebhooks } from './webhook.ts';

const hexdag = composeApp(process.env, process.env['AzureWebJobsScriptRoot'] ?? process.cwd());

const { work, settingsError } = hexdag;

registerHttp(hexdag);
// With settings missing or wrong nothing is accepted: health says why, and every message waits where it is.
if (work === undefined) {
  app.hook.appStart(() => console.error(settingsError?.message));
} else {
  registerOrchestration(work);
  registerServiceBus(work);
  registerBlobs(work);
  registerTimers(work);
  registerTimerTriggers(work);
  registerWebhooks(work);
  app.hook.appTerminate(() => work.flush());
}
