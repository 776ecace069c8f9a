import { standIn } from '../support/stand-in.ts';

// The workers' process as it is, with the bundle of quick-bundle.ts in place of the real one.

standIn(
  new URL('../../workers/bundle-workflows.ts', import.meta.url),
  new URL('./quick-bundle.ts', import.meta.url),
);
await import('../../workers/main.ts');
