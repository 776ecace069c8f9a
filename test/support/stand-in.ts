import { registerHooks } from 'node:module';

/** From now on whoever imports the one module gets the other, which alone may import the first. */
export function standIn(real: URL, other: URL): void {
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, context);
      const isReplaced = resolved.url === real.href && context.parentURL !== other.href;
      return isReplaced ? { ...resolved, url: other.href } : resolved;
    },
  });
}
