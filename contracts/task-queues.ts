/** Workflows of orders and of late executions, and their activities. */
export const ORDERS_TASK_QUEUE = 'orders';

/** The pump of execution reports: long activities, kept off the order path's slots. */
export const BROKER_SESSION_TASK_QUEUE = 'broker-session';

/** The daily settlement and its repairs, kept off the order path's slots. */
export const SETTLEMENT_TASK_QUEUE = 'settlement';

/** What operators ask of many orders, kept off the order path's slots. */
export const OPERATIONS_TASK_QUEUE = 'operations';

export const TASK_QUEUES = [
  ORDERS_TASK_QUEUE,
  BROKER_SESSION_TASK_QUEUE,
  SETTLEMENT_TASK_QUEUE,
  OPERATIONS_TASK_QUEUE,
] as const;
