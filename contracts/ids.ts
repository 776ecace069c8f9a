/** Workflow id of an order's life. */
export const orderWorkflowId = (orderId: string): string => `order/${orderId}`;

/** Reads back what {@link orderWorkflowId} wrote. */
export const orderIdOf = (workflowId: string): string =>
  workflowId.slice(workflowId.indexOf('/') + 1);

/** Workflow id of the session that reads a broker's execution reports; one per broker. */
export const brokerSessionWorkflowId = (broker: string): string => `broker-session/${broker}`;

/** Workflow id of a fill that found its order closed. */
export const executionWorkflowId = (broker: string, brokerExecutionId: string): string =>
  `execution/${broker}/${brokerExecutionId}`;

/** Workflow id of an execution that could not be settled on its day. */
export const settlementWorkflowId = (executionId: string): string => `settlement/${executionId}`;

/** Workflow id of an operator's request for many orders. */
export const bulkWorkflowId = (bulkId: string): string => `bulk/${bulkId}`;

const ORDER_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The order that the broker tells of: it knows an order by our id of it (FIX ClOrdID 11), and
 * placing twice under it is placing once. `null` for an id that cannot be ours.
 */
export const ownOrderId = (brokerClientOrderId: string): string | null =>
  ORDER_ID.test(brokerClientOrderId) ? brokerClientOrderId : null;
