export { brokerSession } from './broker-session/workflow.ts';
export { bulkOperation } from './bulk-operation/workflow.ts';
export { execution } from './execution/workflow.ts';
export { order } from './order/workflow.ts';
export { settlement } from './settlement/workflow.ts';
export { settlementRun } from './settlement-run/workflow.ts';
