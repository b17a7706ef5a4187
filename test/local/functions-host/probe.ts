import { fileURLToPath } from 'node:url';
import type { ExtensionHost, HostExtension, Invocation, InvocationOutcome } from '../../../local/functions-host/extension.ts';

/** Stands in for any trigger's extension: calls functions with what a test gives it. */
export class ProbeExtension implements HostExtension {
  readonly name = 'probe';
  readonly triggerTypes = ['probetrigger'];
  readonly life: string[] = [];
  #host: ExtensionHost | undefined;

  async prepare(): Promise<void> {
    this.life.push('prepare');
  }

  async start(host: ExtensionHost): Promise<void> {
    this.life.push('start');
    this.#host = host;
  }

  async drain(): Promise<void> {
    this.life.push('drain');
  }

  async close(): Promise<void> {
    this.life.push('close');
  }

  inputData(binding: { readonly type: string }) {
    return binding.type === 'probeInput' ? { string: 'from the extension' } : undefined;
  }

  counters() {
    return { steps: this.life.length };
  }

  get host(): ExtensionHost {
    if (this.#host === undefined) throw new Error('The host has not started.');
    return this.#host;
  }

  async invoke(functionName: string, invocation: Invocation): Promise<InvocationOutcome> {
    const fn = this.host.functions.find(({ name }) => name === functionName);
    if (fn === undefined) throw new Error(`There is no function ${functionName}.`);
    return this.host.invoke(fn, invocation);
  }
}

export function fixtureDirectory(name: string): string {
  return fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
}
