/** Workflow id of an order's life. */
export const orderWorkflowId = (orderId: string): string => `order/${orderId}`;

/** Reads back what {@link orderWorkflowId} wrote. */
export const orderIdOf = (workflowId: string): string => workflowId.slice(workflowId.indexOf('/') + 1);

/** Workflow id of the session that reads a broker's execution reports; one per broker. */
export const brokerSessionWorkflowId = (broker: string): string => `broker-session/${broker}`;

/** Workflow id of a fill that found its order closed. */
export const executionWorkflowId = (brokerExecutionId: string): string => `execution/${brokerExecutionId}`;

/** Workflow id of an execution that could not be settled on its day. */
export const settlementWorkflowId = (executionId: string): string => `settlement/${executionId}`;

/** Workflow id of an operator's request for many orders. */
export const bulkWorkflowId = (bulkId: string): string => `bulk/${bulkId}`;

/** The id under which the broker knows one revision of an order (FIX ClOrdID 11). Placing twice under it is placing once. */
export const brokerOrderId = (orderId: string, revision: number): string => `${orderId}.${revision}`;

/** Reads back what {@link brokerOrderId} wrote; `null` for an id that is not ours. */
export function parseBrokerOrderId(id: string): { orderId: string; revision: number } | null {
  const match = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(\d{1,6})$/.exec(id);
  return match?.[1] && match[2] ? { orderId: match[1], revision: Number(match[2]) } : null;
}
