import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AppDefinitions } from '../../adapters/create-language.ts';
import { messageOf } from '../../errors.ts';
import type { AdapterDefinition } from '../../nodes/adapters.ts';
import type { HandlerDefinition } from '../../nodes/handlers.ts';
import type { ServiceDefinition } from '../../nodes/services.ts';
import type { StepDefinition } from '../../nodes/steps.ts';
import { CliError } from '../errors.ts';
import { readTextFile } from '../files.ts';
import { printable } from '../terminal.ts';

/** What pipelines can call, gathered from several places; of two definitions with one name the last counts. */
export class GatheredDefinitions implements AppDefinitions {
  readonly steps: StepDefinition[] = [];
  readonly handlers: HandlerDefinition[] = [];
  readonly services: ServiceDefinition[] = [];
  readonly adapters: AdapterDefinition[] = [];

  /** Takes in what `defineStep`, `defineService`, … gave, alone or in lists, and plain functions under the names they are exported by. */
  add(exports: Readonly<Record<string, unknown>>): void {
    for (const [name, value] of Object.entries(exports)) {
      for (const one of Array.isArray(value) ? value : [value]) this.#take(name, one);
    }
  }

  get size(): number {
    return this.steps.length + this.services.length + this.adapters.length;
  }

  #take(name: string, value: unknown): void {
    // A step and a handler look alike: what a pipeline calls it by decides.
    if (isFunction(value)) this.#takeCallable({ name: name === 'default' ? value.name : name, run: value });
    else if (isCallable(value)) this.#takeCallable(value);
    else if (isAdapter(value)) this.adapters.push(value);
    else if (isService(value)) this.services.push(value);
  }

  #takeCallable(definition: StepDefinition & HandlerDefinition): void {
    this.steps.push(definition);
    this.handlers.push(definition);
  }
}

/** Imports a TypeScript or JavaScript file. @throws CliError `file_not_found`, `module_broken`, `module_empty` */
export async function addModule(path: string, definitions: GatheredDefinitions): Promise<void> {
  readTextFile(path);
  const before = definitions.size;
  definitions.add(await importModule(path));
  if (definitions.size > before) return;
  const message = `${printable(path)} exports no step: export functions, or what defineStep gives.`;
  throw new CliError('module_empty', message);
}

async function importModule(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await import(pathToFileURL(resolve(path)).href);
  } catch (error) {
    throw new CliError('module_broken', `${printable(path)} cannot be imported: ${printable(messageOf(error))}.`, {
      cause: error,
    });
  }
}

type AnyFunction = StepDefinition['run'] & HandlerDefinition['run'];

function isFunction(value: unknown): value is AnyFunction {
  // Classes, such as schemas and errors, are exported too, and are no steps.
  return typeof value === 'function' && !/^class\b/.test(Function.prototype.toString.call(value));
}

function isNamed(value: unknown): value is { readonly name: string } {
  return typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string';
}

function isCallable(value: unknown): value is StepDefinition & HandlerDefinition {
  return isNamed(value) && 'run' in value && typeof value.run === 'function';
}

function isAdapter(value: unknown): value is AdapterDefinition {
  return isNamed(value) && 'create' in value && typeof value.create === 'function' && 'config' in value;
}

function isService(value: unknown): value is ServiceDefinition {
  return isNamed(value) && 'create' in value && typeof value.create === 'function' && !('config' in value);
}
