import { toJson } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import { describe, expect, it } from 'vitest';
import { createHubClient } from '../../../clients/hub-client.ts';
import { PART_STATUSES } from '../../../contracts/operators/system-status.ts';
import {
  GetSystemStatusResponseSchema,
  PartStatusSchema,
} from '../../../proto/gen/hub/v1/operators_pb.js';
import { callJson } from '../api-rig.ts';
import { failureOf, serve } from '../connect-rig.ts';
import { SYSTEM } from '../stub-fixtures.ts';

describe('how the system is', () => {
  it('is the same over REST and Connect', async () => {
    const { rig, server } = await serve();
    const rest = await callJson(rig, 'GET', '/v1/admin/system', undefined, {
      Authorization: `Bearer ${rig.operatorToken}`,
    });
    expect(rest.status).toBe(200);
    const overRest = await rest.json();
    expect(overRest).toEqual(SYSTEM);

    const { operators } = createHubClient({ baseUrl: server.httpUrl, token: rig.operatorToken });
    const overConnect = toJson(
      GetSystemStatusResponseSchema,
      await operators.getSystemStatus({}),
    ) as unknown as typeof SYSTEM;
    // Proto3 leaves out what is null, and prefixes the words of an enum.
    const inRestWords = {
      status: wordOf(overConnect.status),
      checkedAt: new Date(overConnect.checkedAt).toISOString(),
      parts: overConnect.parts.map(({ since, action, status, ...part }) => ({
        ...part,
        status: wordOf(status),
        since: since ? new Date(since).toISOString() : null,
        action: action ?? null,
      })),
    };
    expect(inRestWords).toEqual(overRest);
  });

  it('is told over Connect to operators alone', async () => {
    const { hub } = await serve();
    expect(await failureOf(hub.operators.getSystemStatus({}))).toMatchObject({
      code: Code.PermissionDenied,
      reason: 'FORBIDDEN',
    });
  });

  it('has the same words on both surfaces', () => {
    expect(PartStatusSchema.values.map(({ localName }) => localName).slice(1)).toEqual([
      ...PART_STATUSES,
    ]);
  });
});

const wordOf = (name: string): string => name.replace('PART_STATUS_', '');
