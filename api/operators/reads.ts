import { z } from '@hono/zod-openapi';
import { PART_STATUSES } from '../../contracts/operators/system-status.ts';
import { OperatorService } from '../../proto/gen/hub/v1/operators_pb.js';
import { timestamp } from '../rest/fields.ts';
import { sharedRead } from '../shared-read.ts';

const status = z.enum(PART_STATUSES).openapi({
  description:
    'DEGRADED: works, and something is not as it should be. UNKNOWN: what knows of it does not answer. DOWN: does not do its work',
});

const SystemPart = z
  .object({
    name: z.string().openapi({ example: 'broker-session/paper-broker' }),
    status,
    since: timestamp.nullable().openapi({
      description:
        'Since when it has been UP, or has not been: as the part itself tells, or as this process of the API has seen it. ' +
        'Null when neither knows',
    }),
    detail: z.string().openapi({ example: 'Its reports are read, last report 3 s ago.' }),
    action: z
      .string()
      .nullable()
      .openapi({ description: 'What to do, with the section of the runbook; null when it is UP' }),
  })
  .openapi('SystemPart');

const SystemStatus = z
  .object({
    status: status.openapi({ description: 'The worst of the parts' }),
    checkedAt: timestamp,
    parts: z.array(SystemPart),
  })
  .openapi('SystemStatus');

/** What operators read over both surfaces. */
export const operatorReads = [
  sharedRead({
    path: '/v1/admin/system',
    operationId: 'getSystemStatus',
    tags: ['Admin'],
    summary: 'How every part of the system is, since when, and what to do',
    description:
      'Answers within 3 s also while parts are away: one that has not answered after 2 s is said to be silent. ' +
      'What was found is given to whoever asks within a second. While Postgres and Redis are both away nobody can be let in: 503.',
    role: 'OPERATOR',
    answer: SystemStatus,
    answers: 'The parts, each with its status',
    rpc: OperatorService.method.getSystemStatus,
    read: ({ operators }) => operators.readSystem(),
    toResponse: (system) => system,
  }),
];
