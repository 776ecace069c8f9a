import type { Client } from '@temporalio/client';
import { orderWorkflowId } from '../../contracts/ids.ts';

/**
 * One event of an order's history, named as the attributes of Temporal's API are:
 * `activityTaskScheduled`, `workflowTaskFailed` …
 */
export interface TrailEvent {
  name: string;
  /** Of the attributes of that name. */
  attributes: Readonly<Record<string, unknown>>;
}

/** An order's history, of its current run unless `runId` says otherwise. */
export async function readTrail(
  { workflow }: Client,
  orderId: string,
  runId?: string,
): Promise<TrailEvent[]> {
  const { events } = await workflow.getHandle(orderWorkflowId(orderId), runId).fetchHistory();
  return (events ?? []).flatMap((event) =>
    Object.entries(event).flatMap(([key, value]) =>
      key.endsWith('EventAttributes') && value
        ? [
            {
              name: key.replace('EventAttributes', ''),
              attributes: value as TrailEvent['attributes'],
            },
          ]
        : [],
    ),
  );
}

const FAILURES = [
  'workflowTaskFailed',
  'workflowTaskTimedOut',
  'activityTaskFailed',
  'activityTaskTimedOut',
  'activityTaskCanceled',
];

/** What went wrong with tasks, in order. */
export const listTaskFailures = (trail: readonly TrailEvent[]): string[] =>
  trail.flatMap(({ name }) => (FAILURES.includes(name) ? [name] : []));

/** What a worker did not find in the history that its code makes of it. */
export const listNonDeterminism = (trail: readonly TrailEvent[]): string[] =>
  trail.flatMap(({ name, attributes }) => {
    const { failure } = attributes as { failure?: { message?: string } };
    return name === 'workflowTaskFailed' && failure?.message?.includes('TMPRL1100')
      ? [failure.message]
      : [];
  });

/** The builds of the workers that the order was on, in order. */
export const buildsOf = (trail: readonly TrailEvent[]): string[] => {
  const builds = trail.flatMap(({ name, attributes }) => {
    const { deploymentVersion } = attributes as { deploymentVersion?: { buildId?: string } };
    return name === 'workflowTaskCompleted' && deploymentVersion?.buildId
      ? [deploymentVersion.buildId]
      : [];
  });
  return builds.filter((buildId, index) => buildId !== builds[index - 1]);
};

/** Of its normal activities, in order. */
export const stepsOf = (trail: readonly TrailEvent[]): string[] =>
  trail.flatMap(({ name, attributes }) => {
    const { activityType } = attributes as { activityType?: { name: string } };
    return name === 'activityTaskScheduled' && activityType ? [activityType.name] : [];
  });

/** The ids of the `patched` at which the order took the new way. */
export const patchesOf = (trail: readonly TrailEvent[]): string[] =>
  trail.flatMap(({ attributes }) => {
    const { markerName, details } = attributes as {
      markerName?: string;
      details?: Record<string, { payloads?: { data?: Uint8Array }[] }>;
    };
    if (markerName !== 'core_patch') return [];
    const [payload] = details?.['patch-data']?.payloads ?? [];
    return [(JSON.parse(Buffer.from(payload?.data ?? []).toString()) as { id: string }).id];
  });
