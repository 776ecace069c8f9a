/** Functions whose first argument, what they need, has been handed in. */
export type Bound<Functions> = {
  [Name in keyof Functions]: Functions[Name] extends (
    deps: never,
    ...args: infer Args
  ) => infer Result
    ? (...args: Args) => Result
    : never;
};

/**
 * Hands each function its dependencies, once, where a process is put together. Elsewhere a use-case
 * is a plain function `verbNoun(deps, …)` at top level, and calls others with its own `deps`.
 */
export function bind<
  Deps,
  Functions extends Record<string, (deps: Deps, ...args: never[]) => unknown>,
>(deps: Deps, functions: Functions): Bound<Functions> {
  const bound = Object.entries(functions).map(([name, call]) => [
    name,
    (...args: never[]) => call(deps, ...args),
  ]);
  return Object.fromEntries(bound) as Bound<Functions>;
}
