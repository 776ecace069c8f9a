export { brokerSession } from './broker-session/workflow.ts';
export { order } from './order/workflow.ts';
