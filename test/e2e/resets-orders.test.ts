import { ORDER_SCENARIOS } from '../histories/catalog.ts';
import { defineResetSuite } from '../support/reset-suite.ts';

defineResetSuite('orders, reset to every workflow task', ORDER_SCENARIOS);
