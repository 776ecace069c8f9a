import { readFile } from 'node:fs/promises';
import type { DescMessage } from '@bufbuild/protobuf';
import { getTableColumns } from 'drizzle-orm';
import { getTableConfig, PgDialect, type PgTable } from 'drizzle-orm/pg-core';
import { describe, expect, it } from 'vitest';
import { columnOf } from '../../adapters/postgres/columns.ts';
import { messageOf } from '../../api/connect/field-message.ts';
import * as schemas from '../../api/orders/schema.ts';
import { type FieldTable, namesOf } from '../../contracts/fields.ts';
import {
  AUDIT_EVENT_FIELDS,
  EXECUTION_FIELDS,
  HUB_FIELDS,
  namesFrom,
  ORDER_FIELDS,
} from '../../contracts/orders/order-fields.ts';
import { executions, orders } from '../../drizzle/schema/orders.ts';
import { settlementInstructions } from '../../drizzle/schema/settlement.ts';
import {
  ExecutionSchema,
  GetOrderStatusResponseSchema,
  OrderSchema,
} from '../../proto/gen/hub/v1/orders_pb.js';

const STORED = namesFrom(ORDER_FIELDS, 'ASKED', 'DECIDED', 'HAPPENED');

/** The type of Postgres that keeps a kind without loss; an id of the client's is text. */
const COLUMN_TYPES = {
  id: /^uuid$/,
  text: /^text$/,
  word: /^text$/,
  rejectCode: /^text$/,
  count: /^integer$/,
  decimal: /^numeric\(\d+, \d+\)$/,
  cash: /^numeric\(20, 2\)$/,
  time: /^timestamp\(3\) with time zone$/,
  date: /^date$/,
  facts: /^jsonb$/,
  details: /^jsonb$/,
} as const;

function expectColumns(table: PgTable, fields: FieldTable, names: readonly string[]): void {
  const columns = getTableColumns(table);
  for (const name of names) {
    const field = fields[name];
    const column = columns[name];
    if (!field || !column) expect.fail(`${name} has no column`);
    expect(column.name).toBe(columnOf(name));
    expect(column.getSQLType(), name).toMatch(COLUMN_TYPES[field.kind]);
    expect(column.notNull, name).toBe(!field.nullable);
  }
}

describe('the columns of an order', () => {
  it('are those of the field table, and the version that guards its writes', () => {
    const fields = { ...ORDER_FIELDS, ...HUB_FIELDS };
    expectColumns(orders, fields, [...STORED, ...namesOf(HUB_FIELDS)]);
    expect(Object.keys(getTableColumns(orders)).toSorted()).toEqual(
      [...STORED, ...namesOf(HUB_FIELDS), 'version'].toSorted(),
    );
  });

  it('take the words of their fields and no others', () => {
    const dialect = new PgDialect();
    const checks = new Map(
      getTableConfig(orders).checks.map((one) => [one.name, dialect.sqlToQuery(one.value).sql]),
    );
    for (const [name, field] of Object.entries(ORDER_FIELDS)) {
      if (!('words' in field)) continue;
      const check = checks.get(`orders_${columnOf(name)}_known`) ?? '';
      expect(check.match(/'(\w+)'/g)).toEqual(field.words.map((word) => `'${word}'`));
    }
  });

  it('are all written when what they tell has happened', async () => {
    const file = new URL('../../drizzle/functions/write_order_change.sql', import.meta.url);
    const [, update = ''] =
      /UPDATE orders SET([\s\S]*?)WHERE/.exec(await readFile(file, 'utf8')) ?? [];
    const written = [...update.matchAll(/(\w+) = /g)].map(([, column]) => column);
    const happened = [...namesFrom(ORDER_FIELDS, 'HAPPENED'), ...namesFrom(HUB_FIELDS, 'HAPPENED')];
    expect(written.toSorted()).toEqual([...happened.map(columnOf), 'version'].toSorted());
  });
});

describe('the columns of an execution', () => {
  it('are those of the field table', () => {
    expectColumns(executions, EXECUTION_FIELDS, namesFrom(EXECUTION_FIELDS, 'FILL'));
    const { tradeDate, settlementDate } = EXECUTION_FIELDS;
    const dates = { tradeDate, settlementDate };
    expectColumns(settlementInstructions, dates, namesOf(dates));
  });
});

describe('both surfaces', () => {
  it.each<[string, FieldTable, { shape: object }, DescMessage | null]>([
    ['an order', ORDER_FIELDS, schemas.Order, OrderSchema],
    ['an execution', EXECUTION_FIELDS, schemas.ExecutionList.shape.items.element, ExecutionSchema],
    [
      'how an order stands',
      schemas.STATUS_FIELDS,
      schemas.OrderStatusAnswer,
      GetOrderStatusResponseSchema,
    ],
    ['an audit event', AUDIT_EVENT_FIELDS, schemas.Timeline.shape.items.element, null],
  ])('have the same fields of %s', (_name, table, json, message) => {
    expect(Object.keys(json.shape)).toEqual(namesOf(table));
    if (!message) return;
    expect(message.fields.map(({ localName }) => localName).toSorted()).toEqual(
      namesOf(table).toSorted(),
    );
    expect(() => messageOf(table, message)).not.toThrow();
  });

  it('cannot part: a message with more, fewer or other fields than the table is refused', () => {
    const { rejectFacts: _, ...fewer } = ORDER_FIELDS;
    const more = { ...ORDER_FIELDS, mood: { kind: 'text' } } as const;
    const otherKind = { ...ORDER_FIELDS, newAt: { kind: 'text' } } as const;
    const otherWords = { ...ORDER_FIELDS, side: { kind: 'word', words: ['BUY'] } } as const;
    for (const [table, field] of [
      [fewer, 'rejectFacts'],
      [more, 'mood'],
      [otherKind, 'newAt'],
      [otherWords, 'side'],
    ] as const)
      expect(() => messageOf<FieldTable, DescMessage>(table, OrderSchema)).toThrow(
        new RegExp(`^Order\\.${field} `),
      );
  });
});
