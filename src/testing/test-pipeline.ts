import type { AppLanguage } from '../adapters/create-language.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import type { AdapterDefinition } from '../nodes/adapters.ts';
import { defineHandler, type HandlerDefinition, type TransitionHandler } from '../nodes/handlers.ts';
import { type CreateService, defineService, type ServiceDefinition } from '../nodes/services.ts';
import { defineReducer, defineStep, type Reducer, type StepDefinition, type StepFunction } from '../nodes/steps.ts';
import type { Diagnostic } from '../pipeline/diagnostic.ts';
import { parseDocuments } from '../pipeline/documents.ts';
import { parseDuration } from '../pipeline/duration.ts';
import type { Plan } from '../pipeline/plan.ts';
import type { RunEvent } from '../ports/event-publisher.ts';
import type { Log } from '../ports/log.ts';
import type { Delivery } from '../run/deliver-event.ts';
import type { Rejection } from '../triggers/rejection.ts';
import { type CompiledSource, compileSource } from './compile-source.ts';
import { LocalRuns, localLanguage } from './local-runs.ts';
import { filesOf, type PipelineFiles, type PipelineSource } from './pipeline-files.ts';
import { invalidRun, type RunReport } from './run-report.ts';
import { VirtualTimers } from './timers.ts';

/** Functions by name, or what `defineStep` and the like make of them. Of two with one name the last counts. */
export type Named<Definition, Run> = readonly Definition[] | Readonly<Record<string, Run>>;

export interface TestOptions {
  /** What a `function_node`, a body or a loop's `reducer` calls. */
  readonly steps?: Named<StepDefinition, StepFunction>;
  /** Pure functions that any `reducer` may name. */
  readonly reducers?: Named<StepDefinition, Reducer>;
  /** What `spec.services` names as a `class`. */
  readonly services?: Named<ServiceDefinition, CreateService>;
  /** What state machines call after a transition. */
  readonly handlers?: Named<HandlerDefinition, TransitionHandler>;
  /** What `spec.ports` names, besides the built-in adapters. */
  readonly adapters?: readonly AdapterDefinition[];
  /** Ready objects that stand in for ports, whatever the pipeline declares: `{ llm: new ScriptedLlm([…]) }`. */
  readonly ports?: Readonly<Record<string, unknown>>;
  /** What `${NAME}` stands for. The environment of the process is not looked at. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Name of the environment to compile for: `dev`, `prod`, … */
  readonly environment?: string;
  /** The time at the beginning: ISO 8601, or Unix milliseconds. */
  readonly now?: string | number | Date;
  readonly log?: Log;
}

/** How the run stands after an event was given to it. */
export interface DeliveryReport extends RunReport {
  /** What became of the event: `delivered`, or why it was not. */
  readonly delivery: Delivery['kind'];
}

const DEFAULT_NOW = '2026-01-01T00:00:00Z';

/**
 * A pipeline to test, in this process and in milliseconds: run by the engine that runs it in Azure, with everything it stores in
 * memory and a clock that stands still. Pauses before retries are skipped; what waits for an event waits until `deliver` or `advance`.
 */
export function testPipeline(source: PipelineSource, options: TestOptions = {}): PipelineTest {
  const language = localLanguage({
    steps: [...definitions(options.steps, defineStep), ...definitions(options.reducers, defineReducer)],
    services: definitions(options.services, (name, create: CreateService) => defineService(name, create)),
    handlers: definitions(options.handlers, defineHandler),
    adapters: options.adapters ?? [],
  });
  const { variables = {}, environment } = options;
  const files = filesOf(source);
  return new PipelineTest(files, language, compileSource(files, language, { variables, environment }), options);
}

export class PipelineTest {
  readonly #files: PipelineFiles;
  readonly #compiled: CompiledSource;
  readonly #timers: VirtualTimers;
  readonly #runs: LocalRuns;
  #started = 0;
  /** The run that was started last. */
  #runId: string | undefined;

  constructor(files: PipelineFiles, language: AppLanguage, compiled: CompiledSource, options: TestOptions) {
    const { variables, ports, log, now = DEFAULT_NOW } = options;
    this.#files = files;
    this.#compiled = compiled;
    this.#timers = new VirtualTimers(new Date(now).getTime());
    this.#runs = new LocalRuns(language, compiled.pipelines, {
      timers: this.#timers,
      ...(variables === undefined ? {} : { variables }),
      ...(ports === undefined ? {} : { ports }),
      ...(log === undefined ? {} : { log }),
    });
  }

  /** What compiling told: errors, warnings and hints. */
  get diagnostics(): readonly Diagnostic[] {
    return this.#compiled.diagnostics;
  }

  /** Undefined if the pipeline does not compile. */
  get plan(): Plan | undefined {
    return this.#compiled.pipeline?.plan;
  }

  /** The time that the pipeline sees. */
  get now(): Date {
    return new Date(this.#timers.now());
  }

  /** The events that runs have announced their ends with. */
  get published(): readonly RunEvent[] {
    return this.#runs.published;
  }

  /** Starts a run and goes on until it has ended or waits. Each call is a run of its own; entities and memories stay. */
  async start(input: JsonValue = {}): Promise<RunReport> {
    const { pipeline, diagnostics } = this.#compiled;
    if (pipeline === undefined) return invalidRun(diagnostics);
    this.#started += 1;
    const start = await this.#runs.start(pipeline, input, `run-${this.#started}`);
    if (start.kind === 'rejected') return this.#refused(start.rejection);
    this.#runId = start.runId;
    return this.#settled(start.runId);
  }

  /** Drops a file for steps to open, and gives what an event tells of it: its reference, and its size. */
  drop(path: string, content: string | Uint8Array): JsonObject {
    const [container = '', ...name] = path.split('/');
    const bytes = Buffer.from(content);
    return { ...this.#runs.drop(container, name.join('/'), bytes), bytes: bytes.byteLength };
  }

  /** The text of an artifact, by the name in its reference; null if there is none. */
  async artifact(name: string): Promise<string | null> {
    const content = await this.#runs.artifact(name);
    return content === null ? null : Buffer.from(content).toString('utf8');
  }

  /** Gives an event to the run, or to a child of it that waits for one of that key. */
  async deliver(eventKey: string, payload: JsonValue = null): Promise<DeliveryReport> {
    const runId = this.#current();
    const { kind } = await this.#runs.deliver(runId, eventKey, payload);
    return { ...(await this.#settled(runId)), delivery: kind };
  }

  /** Lets time pass: seconds, or a duration such as `30s` or `1d12h`. What is due meanwhile happens at its time. */
  async advance(duration: number | string): Promise<RunReport> {
    const ms = parseDuration(duration);
    if (ms === undefined || ms < 0) throw new RangeError(`'${duration}' is no duration: write seconds, or '30s', '1d12h'.`);
    const until = this.#timers.now() + ms;
    while (this.#timers.moveTo(until)) await this.#runs.engine.settled();
    return this.#settled(this.#current());
  }

  /** Ends the run before its time. */
  async cancel(reason = 'The test cancelled it.'): Promise<RunReport> {
    await this.#runs.cancel(this.#current(), reason);
    return this.#settled(this.#current());
  }

  /** Lets go of runs that wait, and tears services down. */
  async close(): Promise<void> {
    await this.#runs.close();
  }

  #current(): string {
    if (this.#runId === undefined) throw new Error('There is no run: start one first, and see that it is not invalid.');
    return this.#runId;
  }

  async #settled(runId: string): Promise<RunReport> {
    const { engine } = this.#runs;
    await engine.settled();
    for (let at = engine.nextRetry(); at !== undefined; at = engine.nextRetry()) {
      this.#timers.moveTo(at);
      await engine.settled();
    }
    return { ...(await this.#runs.report(runId)), diagnostics: this.diagnostics };
  }

  /** What is wrong with an input is told at the schema that refuses it. */
  #refused({ code, message }: Rejection): RunReport {
    const { main, content } = this.#files;
    const document = parseDocuments(content, main).documents.find(({ kind }) => kind === 'Pipeline');
    const position = document?.positionOf(['spec', 'input_schema']) ?? { line: 1, column: 1 };
    const diagnostic: Diagnostic = { code, severity: 'error', file: main, position, message };
    const error = { type: 'InputError', code, message, retryable: false };
    return invalidRun([...this.diagnostics, diagnostic], error);
  }
}

function definitions<Definition, Run>(
  given: Named<Definition, Run> | undefined,
  define: (name: string, run: Run) => Definition,
): readonly Definition[] {
  if (given === undefined) return [];
  return isList(given) ? given : Object.entries(given).map(([name, run]) => define(name, run));
}

function isList<Definition>(given: Named<Definition, unknown>): given is readonly Definition[] {
  return Array.isArray(given);
}
