import { setTimeout } from 'node:timers/promises';

const PAUSE_MS = 500;
const ATTEMPTS = 20;

/** Posts as a careful sender does: again while the app is busy. Returns the code of its refusal, undefined if it took the request. */
export async function post(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<string | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
    const answer: { readonly code?: string } = JSON.parse(await response.text());
    if (response.ok) return undefined;
    const isBusy = response.status === 429 || response.status >= 500;
    if (!isBusy || attempt === ATTEMPTS) return answer.code ?? String(response.status);
    await setTimeout(PAUSE_MS);
  }
}
