import { createRequire } from 'node:module';
import type { WorkflowHandle } from '@temporalio/client';

export type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

interface ProtoJson {
  toJson(type: object, message: object): unknown;
  fromJson(type: object, json: unknown, options: { ignoreUnknownFields: boolean }): History;
}

interface HistoryType {
  fromObject(history: History): object;
}

/**
 * The SDK's own historyToJSON and historyFromJSON compare classes of two copies of protobufjs where
 * npm installs one for each of its packages ("type must be a Type"). Here all comes from the copy
 * that the SDK's messages are made of.
 */
const ofTheSdk = createRequire(createRequire(import.meta.url).resolve('@temporalio/proto'));
const { toJson, fromJson } = ofTheSdk('protobufjs/ext/protojson') as ProtoJson;
const { patchProtobufRoot } = ofTheSdk('@temporalio/proto/lib/patch-protobuf-root') as {
  patchProtobufRoot(root: unknown): { lookupType(name: string): HistoryType };
};
const HISTORY = patchProtobufRoot(ofTheSdk('@temporalio/proto')).lookupType(
  'temporal.api.history.v1.History',
);

/** Proto3 JSON, as `temporal workflow show -o json` has it. */
export const historyToJson = (history: History): { events: object[] } =>
  toJson(HISTORY, HISTORY.fromObject(history)) as { events: object[] };

/** Fields that a newer server has added are left out. */
export const historyFromJson = (json: unknown): History =>
  fromJson(HISTORY, json, { ignoreUnknownFields: true });
