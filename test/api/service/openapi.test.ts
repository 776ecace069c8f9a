import { describe, expect, it } from 'vitest';
import { ERRORS } from '../../../contracts/errors.ts';
import { ORDER_FIELDS } from '../../../contracts/orders/order-fields.ts';
import { callJson, createApiRig } from '../api-rig.ts';

interface Operation {
  operationId: string;
  security?: unknown[];
  parameters?: { name: string; in: string; schema: object }[];
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
}

interface Document {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object>; securitySchemes: Record<string, object> };
}

const rig = await createApiRig();
const document = (await (await rig.app.request('/openapi.json')).json()) as Document;
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({
    path,
    method: method.toUpperCase(),
    operation,
  })),
);

/** The calls of the HTTP contract that exist. */
const CONTRACT = [
  'POST /v1/auth/register',
  'POST /v1/auth/login',
  'POST /v1/auth/refresh',
  'POST /v1/auth/logout',
  'POST /v1/auth/password',
  'GET /v1/auth/sessions',
  'DELETE /v1/auth/sessions',
  'DELETE /v1/auth/sessions/{id}',
  'POST /v1/admin/users/{id}/sessions/end',
  'GET /v1/me',
  'POST /v1/orders',
  'GET /v1/orders',
  'GET /v1/orders/{id}',
  'GET /v1/orders/{id}/status',
  'GET /v1/orders/{id}/executions',
  'GET /v1/orders/{id}/timeline',
  'PUT /v1/orders/{id}/cancel',
  'PATCH /v1/orders/{id}',
  'GET /v1/portfolio/summary',
  'GET /v1/balance',
  'POST /v1/withdrawals',
  'GET /v1/withdrawals',
  'GET /v1/positions',
  'GET /v1/positions/{symbol}',
  'GET /v1/watchlist',
  'PUT /v1/watchlist',
  'PUT /v1/watchlist/{symbol}',
  'DELETE /v1/watchlist/{symbol}',
  'GET /v1/instruments',
  'GET /v1/instruments/{symbol}',
  'GET /v1/market-data',
  'GET /v1/clock',
  'GET /v1/calendar',
  'POST /v1/admin/market-data/cache/invalidate',
  'POST /v1/admin/market-data/cache/warm',
  'GET /v1/admin/orders',
  'GET /v1/admin/orders/{id}',
  'GET /v1/admin/orders/{id}/timeline',
  'POST /v1/admin/orders/{id}/retry',
  'POST /v1/admin/orders/{id}/fail',
  'POST /v1/admin/orders/{id}/cancel',
  'POST /v1/admin/bulk-operations',
  'GET /v1/admin/bulk-operations',
  'GET /v1/admin/bulk-operations/{id}',
  'POST /v1/admin/bulk-operations/{id}/stop',
  'GET /v1/admin/system',
  'GET /v1/admin/users',
  'GET /v1/admin/breaks',
  'POST /v1/admin/breaks/{id}/resolve',
  'GET /v1/admin/executions',
  'POST /v1/admin/executions/{broker}/{brokerExecutionId}/retry',
  'GET /v1/admin/settlements',
  'POST /v1/admin/settlements/{executionId}/retry',
  'GET /v1/admin/instruments/{symbol}/sessions',
  'PUT /v1/admin/instruments/{symbol}/sessions/{date}',
  'DELETE /v1/admin/instruments/{symbol}/sessions/{date}',
  'POST /v1/admin/users/{id}/unlock',
  'GET /health/live',
  'GET /health/ready',
];

function* referencesIn(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === '$ref' && typeof inner === 'string') yield inner;
    else yield* referencesIn(inner);
  }
}

describe('the OpenAPI document', () => {
  it('has every call of the contract, and no other', () => {
    expect(operations.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(
      [...CONTRACT].sort(),
    );
  });

  it('says what each call is, takes and answers', () => {
    expect(document.openapi).toBe('3.1.0');
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path, operation } of operations) {
      const placeholders = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      const inPath = (operation.parameters ?? [])
        .filter((parameter) => parameter.in === 'path')
        .map((parameter) => parameter.name);
      expect(inPath).toEqual(placeholders);
      expect(Object.keys(operation.responses).some((status) => status.startsWith('2'))).toBe(true);
      for (const response of Object.values(operation.responses))
        expect(response.description).not.toBe('');
    }
  });

  it('points at nothing that is not there', () => {
    const references = [...referencesIn(document)];
    expect(references.length).toBeGreaterThan(20);
    for (const reference of references) {
      const found = reference
        .slice(2)
        .split('/')
        .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document);
      expect(found, reference).toBeDefined();
    }
  });

  it('gives amounts as strings and closes requests to unknown fields', () => {
    const schemas = document.components.schemas as Record<
      string,
      { additionalProperties?: boolean; properties: Record<string, { type: unknown }> }
    >;
    const requests = Object.entries(schemas).filter(
      ([name]) => name.endsWith('Request') || name === 'OperatorReason',
    );
    expect(requests.length).toBeGreaterThan(8);
    for (const [name, schema] of requests) expect(schema.additionalProperties, name).toBe(false);
    expect(schemas.SubmitOrderRequest?.properties.quantity?.type).toEqual(['string', 'null']);
    expect(schemas.ReplaceOrderRequest?.properties.quantity?.type).toBe('string');
    expect(schemas.Order?.properties.filledQuantity?.type).toBe('string');
    expect(schemas.Balance?.properties.cash?.type).toBe('string');
  });

  it('has the fields of an order in the order in which they are always written', () => {
    const { Order } = document.components.schemas as Record<string, { properties: object }>;
    expect(Object.keys(Order?.properties ?? {})).toEqual(Object.keys(ORDER_FIELDS));
  });

  it('names each error code at the calls that answer with it, but for those that any call may have', () => {
    const anyCall = [
      'NOT_FOUND',
      'METHOD_NOT_ALLOWED',
      'REQUEST_TIMEOUT',
      'HEADERS_TOO_LARGE',
      'INTERNAL',
    ];
    const { Problem: _, ...schemas } = document.components.schemas;
    const text = JSON.stringify([document.paths, schemas]);
    expect(Object.keys(ERRORS).filter((code) => !new RegExp(`\\b${code}\\b`).test(text))).toEqual(
      anyCall,
    );
  });

  it('tells the truth about tokens: what it calls secured is 401 without one, all else is not', async () => {
    for (const { method, path, operation } of operations) {
      const response = await callJson(rig, method, path.replaceAll(/\{\w+\}/g, 'x'), undefined, {});
      expect(response.status === 401, `${method} ${path}`).toBe(operation.security !== undefined);
    }
  });

  it('lets a customer into no admin call', async () => {
    const admin = operations.filter(({ path }) => path.startsWith('/v1/admin/'));
    expect(admin.length).toBeGreaterThan(0);
    for (const { method, path } of admin)
      expect((await callJson(rig, method, path)).status).toBe(403);
  });
});

describe('the explorer', () => {
  it('loads all it needs from here', async () => {
    const page = await (await rig.app.request('/docs')).text();
    expect(page).not.toMatch(/https?:\/\//);
    const assets = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(assets.length).toBeGreaterThanOrEqual(4);
    for (const asset of assets) {
      const response = await rig.app.request(asset);
      expect(response.status, asset).toBe(200);
      expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(50);
    }
  });

  it('may run its own scripts and no others', async () => {
    const policy = (await rig.app.request('/docs')).headers.get('Content-Security-Policy');
    expect(policy).toContain(`script-src 'self';`);
    expect(policy).toContain(`connect-src 'self'`);
    expect(policy).not.toContain('unsafe-eval');
  });
});
