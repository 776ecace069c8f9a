import {
  type Broker,
  type BrokerOrder,
  BrokerOutcomeUnknown,
  type Brokers,
  type ExecutionReport,
  type PlaceOrder,
} from '../../contracts/broker-session/broker.ts';

/** What the double does with the next call of placeOrder. */
export type Script = 'fill' | 'rest' | 'reject' | 'loseAnswer' | 'loseRequest';

/**
 * A venue in memory for tests of what stands above it; it fills at a set price and remembers what
 * was sent.
 */
export function createScriptedBroker(price = '100.00') {
  const orders = new Map<string, BrokerOrder>();
  const placed: string[] = [];
  const scripts: Script[] = [];
  let sequence = 0;

  const report = (order: PlaceOrder, fields: Partial<ExecutionReport>): ExecutionReport => ({
    broker: 'paper-broker',
    sequence: ++sequence,
    brokerExecutionId: `${order.brokerClientOrderId}/${sequence}`,
    brokerClientOrderId: order.brokerClientOrderId,
    execType: 'NEW',
    lastQuantity: null,
    lastPrice: null,
    cumulativeQuantity: '0',
    leavesQuantity: order.quantity,
    time: new Date().toISOString(),
    rejectCode: null,
    inAnswer: true,
    ...fields,
  });

  function act(order: PlaceOrder, script: Script, replaces: string | null = null): BrokerOrder {
    const { brokerClientOrderId, symbol, side, protectionPrice, quantity } = order;
    const base = {
      ...{ brokerClientOrderId, symbol, side, protectionPrice, replaces },
      quantity,
      filledQuantity: '0',
      leavesQuantity: order.quantity,
      rejectCode: null,
      trigger: null,
    };
    if (script === 'reject') {
      const rejected = report(order, {
        execType: 'REJECTED',
        rejectCode: 'BROKER_OPTION',
        leavesQuantity: '0',
      });
      return {
        ...base,
        status: 'REJECTED',
        leavesQuantity: '0',
        rejectCode: 'BROKER_OPTION',
        reports: [rejected],
      };
    }
    if (script === 'rest') return { ...base, status: 'NEW', reports: [report(order, {})] };
    const trade = report(order, {
      execType: 'TRADE',
      lastQuantity: order.quantity,
      lastPrice: price,
      cumulativeQuantity: order.quantity,
      leavesQuantity: '0',
    });
    return {
      ...base,
      status: 'FILLED',
      filledQuantity: order.quantity,
      leavesQuantity: '0',
      reports: [report(order, {}), trade],
    };
  }

  const broker: Broker = {
    async placeOrder(order) {
      placed.push(order.brokerClientOrderId);
      const script = scripts.shift() ?? 'fill';
      if (script === 'loseRequest') throw new BrokerOutcomeUnknown('the request was lost');
      const known = orders.get(order.brokerClientOrderId) ?? act(order, script);
      orders.set(order.brokerClientOrderId, known);
      if (script === 'loseAnswer') throw new BrokerOutcomeUnknown('the answer was lost');
      return known;
    },
    async cancelOrder(id) {
      const order = orders.get(id);
      if (!order) return null;
      if (order.status !== 'NEW') return { accepted: false, order };
      const [first] = order.reports;
      if (!first) throw new Error('a placed order has a report');
      const canceled: ExecutionReport = {
        ...first,
        sequence: ++sequence,
        brokerExecutionId: `${id}/${sequence}`,
        execType: 'CANCELED',
        leavesQuantity: '0',
      };
      const after: BrokerOrder = {
        ...order,
        status: 'CANCELED',
        leavesQuantity: '0',
        reports: [...order.reports, canceled],
      };
      orders.set(id, after);
      return { accepted: true, order: after };
    },
    async replaceOrder(originalId, replacement) {
      const original = orders.get(originalId);
      if (!original) return null;
      const known = orders.get(replacement.brokerClientOrderId);
      if (known) return { accepted: true, original, replacement: known };
      const [first] = original.reports;
      if (original.status !== 'NEW' || !first)
        return { accepted: false, original, replacement: null };
      const replaced: ExecutionReport = {
        ...first,
        sequence: ++sequence,
        brokerExecutionId: `${originalId}/${sequence}`,
        execType: 'REPLACED',
        leavesQuantity: '0',
      };
      const ended: BrokerOrder = {
        ...original,
        status: 'REPLACED',
        leavesQuantity: '0',
        reports: [...original.reports, replaced],
      };
      orders.set(originalId, ended);
      const made = act(replacement, 'rest', originalId);
      orders.set(replacement.brokerClientOrderId, made);
      return { accepted: true, original: ended, replacement: made };
    },
    getOrder: async (id) => orders.get(id) ?? null,
    listStops: async () => new Map(),
    async *streamExecutionReports() {},
  };
  const brokers: Brokers = { of: () => broker };
  return { broker, brokers, orders, placed, script: (...next: Script[]) => scripts.push(...next) };
}
