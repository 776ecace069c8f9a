export { reconciliation } from './broker-session/reconciliation.ts';
export { brokerSession } from './broker-session/workflow.ts';
export { execution } from './executions/workflow.ts';
export { bulkOperation } from './operators/workflow.ts';
export { order } from './orders/workflow.ts';
export { settlement } from './settlement/repair/workflow.ts';
export { settlementRun } from './settlement/run/workflow.ts';
