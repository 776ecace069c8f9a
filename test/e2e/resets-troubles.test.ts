import { TROUBLE_SCENARIOS } from '../histories/catalog.ts';
import { defineResetSuite } from '../support/reset-suite.ts';

defineResetSuite('orders in trouble, reset to every workflow task', TROUBLE_SCENARIOS);
