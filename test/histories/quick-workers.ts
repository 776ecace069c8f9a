import { registerHooks } from 'node:module';

// The workers' process as it is, with the bundle of quick-bundle.ts in place of the real one.

const REAL = new URL('../../workers/bundle-workflows.ts', import.meta.url).href;
const QUICK = new URL('./quick-bundle.ts', import.meta.url).href;

registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved = nextResolve(specifier, context);
    return resolved.url === REAL ? { ...resolved, url: QUICK } : resolved;
  },
});

await import('../../workers/main.ts');
