/** A call of one of a port's methods; `proceed` passes it on and may be called again. */
export interface PortCall {
  readonly method: string;
  readonly args: readonly unknown[];
  readonly proceed: () => Promise<unknown>;
}

/** What happens around each call. */
export type AroundCall = (call: PortCall) => Promise<unknown>;

/**
 * The port with `around` about each of its methods, all of which are taken to be asynchronous. Streams (asynchronous generators)
 * and values pass as they are.
 */
export function wrapPort(port: object, around: AroundCall): object {
  return delegate([port], (method, args, [call]) =>
    around({ method, args, proceed: async () => (call === undefined ? undefined : call(args)) }),
  );
}

type Invoke = (args: readonly unknown[]) => unknown;

/**
 * One port in place of several of a kind. `invoke` is given the same method of each that has it; everything else is the first one's.
 */
export function delegate(
  members: readonly object[],
  invoke: (method: string, args: readonly unknown[], methods: readonly Invoke[]) => Promise<unknown>,
): object {
  const first = members[0] ?? {};
  // Heir of the first one, not that one itself: of a frozen object, a proxy may not change what its keys give.
  return new Proxy(Object.create(first), {
    get(_, key) {
      const value = readMember(first, key);
      if (typeof value !== 'function' || typeof key === 'symbol' || key === 'constructor') return value;
      if (isGenerator(value)) return value.bind(first);
      const methods = members.flatMap((member) => methodOf(member, key));
      return (...args: unknown[]) => invoke(key, args, methods);
    },
  });
}

function methodOf(member: object, key: string): readonly Invoke[] {
  const value = readMember(member, key);
  return typeof value === 'function' ? [(args) => value.apply(member, args)] : [];
}

/** Read with the port itself as `this`, which private fields insist on. */
function readMember(port: object, key: string | symbol): unknown {
  return Reflect.get(port, key, port);
}

function isGenerator(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object AsyncGeneratorFunction]';
}
