import { isRunFuture } from "../authoring/future.ts";

/** Values that stand in for what only a run has: they can be passed on, and end the preview when they are used. */
export class StandIns {
  /** Ids of the resources that stand-ins are of; empty for those of parameters. */
  readonly #of = new WeakMap<object, string>();

  /** What a stand-in is of: a resource's id, `` for a parameter's value, undefined for what is none. */
  readonly of = (value: object): string | undefined => this.#of.get(value);

  /**
   * @param label what it stands for, in errors.
   * @param resource the id of the resource that it stands for or comes from.
   * @param onUse hears that its value is needed.
   * @param isPromise whether it stands for a promise.
   */
  make(label: string, resource: string, onUse: (what: string) => void, isPromise = false): object {
    const never = () => {
      onUse(label);
      return new Promise<never>(() => {});
    };
    const standIn: object = new Proxy(() => {}, {
      get: (_target, key) => {
        if (key === "then") return isPromise ? never : undefined;
        if (key === Symbol.asyncDispose) return async () => {};
        if (key === Symbol.iterator || key === Symbol.asyncIterator) {
          return () => {
            onUse(label);
            return { next: () => ({ done: true, value: undefined }) };
          };
        }
        if (key === Symbol.toPrimitive || key === "toString" || key === "toJSON") return () => `<${label}>`;
        if (typeof key === "symbol") return undefined;
        return this.make(`${label}.${key}`, resource, onUse);
      },
      apply: () => this.make(`${label}()`, resource, onUse, true),
      has: () => false,
    });
    this.#of.set(standIn, resource);
    return standIn;
  }

  /** Whether something in a value, at any depth of arrays and plain objects, is known in a run only. */
  isUnknown(value: unknown): boolean {
    if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
    if (this.#of.has(value) || isRunFuture(value)) return true;
    if (Array.isArray(value)) return value.some((item) => this.isUnknown(item));
    const prototype: unknown = Object.getPrototypeOf(value);
    return (
      (prototype === Object.prototype || prototype === null) &&
      Object.values(value).some((item) => this.isUnknown(item))
    );
  }
}
