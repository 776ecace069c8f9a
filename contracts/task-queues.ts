/** Workflows of orders and their activities. */
export const ORDERS_TASK_QUEUE = 'orders';

/** The pump of execution reports: long activities, kept off the order path's slots. */
export const BROKER_SESSION_TASK_QUEUE = 'broker-session';
