import { OTHER_SCENARIOS } from '../histories/catalog.ts';
import { defineResetSuite } from '../support/reset-suite.ts';

defineResetSuite(
  'late fills, settlements and the session, reset to every workflow task',
  OTHER_SCENARIOS,
);
