import { registerHooks } from 'node:module';

// The workers' process as it is, with the bundle of changed-workflows.ts in place of the real one.

const REAL = new URL('../../workers/bundle-workflows.ts', import.meta.url).href;
const CHANGED = new URL('./changed-workflows.ts', import.meta.url).href;

registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved = nextResolve(specifier, context);
    return resolved.url === REAL ? { ...resolved, url: CHANGED } : resolved;
  },
});

await import('../../workers/main.ts');
