import { ExpressionError } from '../expression/errors.ts';
import { parseExpression } from '../expression/expression.ts';
import { isJsonObject, type JsonValue } from '../json.ts';
import type { NameCatalog } from './catalog.ts';
import type { Path } from './documents.ts';
import { didYouMean } from './near-match.ts';
import type { PlanStateMachine } from './plan.ts';
import type { Report } from './report.ts';
import { mappingExpected } from './schema-problems.ts';

type Transition = PlanStateMachine['transitions'][string][number];

const MACHINE_KEYS = ['initial', 'transitions', 'handlers', 'description'];
const TRANSITION_KEYS = ['to', 'guard', 'description'];
const HANDLER_KEYS = ['on_transition'];

/** Reads `spec.state_machines`. What is wrong is reported and left out. */
export class StateMachineReader {
  readonly #handlers: NameCatalog | undefined;
  readonly #report: Report;

  constructor(handlers: NameCatalog | undefined, report: Report) {
    this.#handlers = handlers;
    this.#report = report;
  }

  read(written: JsonValue): Readonly<Record<string, PlanStateMachine>> {
    const path = ['spec', 'state_machines'];
    if (!isJsonObject(written)) {
      this.#report.error(path, mappingExpected("'state_machines'", 'Write one "entity: {initial: …}" a line.'));
      return {};
    }
    return Object.fromEntries(
      Object.entries(written).map(([entity, value]) => [entity, this.#machine(entity, value, [...path, entity])]),
    );
  }

  #machine(entity: string, value: JsonValue, path: Path): PlanStateMachine {
    if (!isJsonObject(value)) {
      const what = `The state machine of '${entity}'`;
      this.#report.error(path, mappingExpected(what, 'Write {initial: …, transitions: {…}}.'));
      return { initial: '', transitions: {}, onTransition: [] };
    }
    this.#report.unknownKeys(value, path, MACHINE_KEYS);
    const { initial } = value;
    if (typeof initial !== 'string' || initial === '') {
      const code = initial === undefined ? 'field_missing' : 'type_string';
      const message = `The state machine of '${entity}' has no initial state.`;
      this.#error([...path, 'initial'], code, message, "Add 'initial: <state>'.");
    }
    return {
      initial: typeof initial === 'string' ? initial : '',
      transitions: this.#transitions(value['transitions'] ?? {}, [...path, 'transitions']),
      onTransition: this.#onTransition(value['handlers'] ?? {}, [...path, 'handlers']),
    };
  }

  #transitions(value: JsonValue, path: Path): PlanStateMachine['transitions'] {
    if (!isJsonObject(value)) {
      this.#report.error(path, mappingExpected("'transitions'", 'Write one "FROM: [TO, OTHER]" a line.'));
      return {};
    }
    return Object.fromEntries(
      Object.entries(value).map(([from, targets]) => {
        const list = Array.isArray(targets) ? targets : targets === null ? [] : [targets];
        const at = (index: number) => (Array.isArray(targets) ? [...path, from, index] : [...path, from]);
        return [from, list.flatMap((target: JsonValue, index) => this.#transition(target, at(index)))];
      }),
    );
  }

  #transition(target: JsonValue, path: Path): readonly Transition[] {
    if (typeof target === 'string') return [{ to: target }];
    const { to, guard } = isJsonObject(target) ? target : {};
    if (isJsonObject(target)) this.#report.unknownKeys(target, path, TRANSITION_KEYS);
    if (typeof to !== 'string') {
      const remedy = 'Write a state, or {to: STATE, guard: expression}.';
      this.#error(path, 'transition_invalid', 'A transition must name the state it leads to.', remedy);
      return [];
    }
    if (guard === undefined || guard === null) return [{ to }];
    return this.#isGuard(guard, [...path, 'guard']) ? [{ to, guard: String(guard) }] : [{ to }];
  }

  #isGuard(guard: JsonValue, path: Path): boolean {
    if (typeof guard !== 'string' && typeof guard !== 'boolean') {
      this.#error(path, 'type_string', "'guard' must be an expression.", 'Write a text such as "payload.total > 0".');
      return false;
    }
    try {
      parseExpression(String(guard));
      return true;
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      this.#report.errorWithin(path, error.offset, { code: error.code, message: error.message });
      return false;
    }
  }

  #onTransition(value: JsonValue, path: Path): readonly string[] {
    if (!isJsonObject(value)) {
      this.#report.error(path, mappingExpected("'handlers'", 'Write {on_transition: <handler>}.'));
      return [];
    }
    this.#report.unknownKeys(value, path, HANDLER_KEYS);
    const written = value['on_transition'] ?? [];
    const names: readonly JsonValue[] = Array.isArray(written) ? written : [written];
    return names.flatMap((name, index) => {
      const place = Array.isArray(written) ? [...path, 'on_transition', index] : [...path, 'on_transition'];
      if (typeof name === 'string') {
        this.#checkHandler(name, place);
        return [name];
      }
      this.#error(place, 'type_string', 'A handler must be a name.', 'Name a registered handler, or a list of them.');
      return [];
    });
  }

  #checkHandler(name: string, path: Path): void {
    const known = this.#handlers;
    if (known === undefined || known.has(name)) return;
    const remedy = didYouMean(name, known.names()) ?? `Register it: defineHandler('${name}', …).`;
    this.#error(path, 'handler_unknown', `There is no handler '${name}'.`, remedy);
  }

  #error(path: Path, code: string, message: string, remedy: string): void {
    this.#report.error(path, { code, message, remedy });
  }
}
