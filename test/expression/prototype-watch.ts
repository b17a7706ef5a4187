/** Watches the ways from a value to `Object.prototype`, which no input may ever take. */
export class PrototypeWatch {
  readonly reached = new Set<string>();
  readonly #names = new Set(Object.getOwnPropertyNames(Object.prototype));
  readonly #originals = Object.getOwnPropertyDescriptors(Object.prototype);
  #watching = false;

  constructor() {
    // Deliberately, and for the length of a test only: a getter is the one way to see that something was read.
    const { __proto__: proto } = this.#originals as Record<string, PropertyDescriptor>;
    this.#define('canary', () => 'reached');
    this.#define('constructor', () => Object);
    Object.defineProperty(Object.prototype, '__proto__', {
      configurable: true,
      get: this.#noting('__proto__', (self) => proto?.get?.call(self)),
      set: this.#noting('__proto__ =', (self, value) => proto?.set?.call(self, value)),
    });
  }

  /** Runs the work; only what it reaches itself is noted. */
  during<Result>(work: () => Result): Result {
    this.#watching = true;
    try {
      return work();
    } finally {
      this.#watching = false;
    }
  }

  /** Puts everything back, and tells the names that have appeared on the prototype meanwhile. */
  end(): readonly string[] {
    delete (Object.prototype as { canary?: unknown }).canary;
    const { constructor: made, __proto__: proto } = this.#originals as Record<string, PropertyDescriptor>;
    if (made !== undefined) Object.defineProperty(Object.prototype, 'constructor', made);
    if (proto !== undefined) Object.defineProperty(Object.prototype, '__proto__', proto);
    return Object.getOwnPropertyNames(Object.prototype).filter((name) => !this.#names.has(name));
  }

  #define(name: string, value: () => unknown): void {
    const { reached } = this;
    Object.defineProperty(Object.prototype, name, {
      configurable: true,
      get: this.#noting(name, value),
      // An object may have a key of this name; only the prototype itself may not be given one.
      set(this: object, given: unknown) {
        if (this === Object.prototype) reached.add(`${name} =`);
        else Object.defineProperty(this, name, { value: given, configurable: true, enumerable: true, writable: true });
      },
    });
  }

  #noting(name: string, act: (self: unknown, value: unknown) => unknown): (this: unknown, value?: unknown) => unknown {
    const watch = this;
    return function (this: unknown, value?: unknown) {
      if (watch.#watching) watch.reached.add(name);
      return act(this, value);
    };
  }
}
