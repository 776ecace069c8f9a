import { standIn } from './stand-in.ts';

// The workers' process as it is, with the bundle of changed-workflows.ts in place of the real one.

standIn(
  new URL('../../workers/bundle-workflows.ts', import.meta.url),
  new URL('./changed-workflows.ts', import.meta.url),
);
await import('../../workers/main.ts');
