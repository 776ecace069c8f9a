import type { MachineFacts } from './machine.ts';
import type { AuthPart } from './part-auth.ts';
import type { FootprintPart } from './part-footprint.ts';
import type { OrderPart } from './part-orders.ts';
import type { ReadPart } from './part-reads.ts';
import type { RestingPart } from './part-resting.ts';
import type { SettlementPart } from './part-settlement.ts';
import type { SkeletonFigures } from './skeletons.ts';

/** All that one run measured; a part that did not run is missing. */
export interface BenchFigures {
  readonly machine: MachineFacts;
  readonly quick: boolean;
  skeletons?: readonly SkeletonFigures[];
  orders?: OrderPart;
  reads?: ReadPart;
  auth?: AuthPart;
  footprint?: FootprintPart;
  settlement?: SettlementPart;
  resting?: RestingPart;
}
