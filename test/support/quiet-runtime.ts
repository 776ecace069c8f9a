import { DefaultLogger, Runtime } from '@temporalio/worker';

/**
 * For a file whose activities fail on purpose: their warnings say nothing. A process has one
 * runtime, and runs several files.
 */
Runtime.install({ logger: new DefaultLogger('ERROR') });
