import { describe, expect, it } from 'vitest';
import { createReportSeals } from '../../../adapters/security/report-seals.ts';
import type { ExecutionReport } from '../../../contracts/broker-session/broker.ts';
import { withoutSeal } from '../../../contracts/broker-session/report-seals.ts';

const ORDER = '0198f6a2-5f0e-7c7a-8a42-2a1c53a0b001';
const SECRETS = {
  old: 'the-seal-of-before-with-32-bytes-or-more',
  new: 'the-seal-of-today-with-32-bytes-or-more',
};

const fill: ExecutionReport = {
  broker: 'paper-broker',
  sequence: 7,
  brokerExecutionId: 'v/7',
  brokerClientOrderId: ORDER,
  execType: 'TRADE',
  lastQuantity: '10',
  lastPrice: '199.99',
  cumulativeQuantity: '10',
  leavesQuantity: '0',
  time: '2026-11-24T14:31:00.000Z',
  rejectCode: null,
  inAnswer: false,
  trigger: { stopPrice: '200.00', waterMark: null },
};

const seals = createReportSeals([SECRETS.new]);

describe('the seal of a report', () => {
  it('is found intact after its way through JSON, in whatever order the fields come back', () => {
    const sealed = seals.seal(ORDER, fill);
    const backwards = Object.fromEntries(
      Object.entries(sealed).toReversed(),
    ) as unknown as typeof sealed;
    expect(seals.isIntact(ORDER, JSON.parse(JSON.stringify(backwards)))).toBe(true);
    expect(withoutSeal(sealed)).toEqual(fill);
  });

  it('holds for a report of an order that is not ours too', () => {
    expect(seals.isIntact(null, seals.seal(null, fill))).toBe(true);
    expect(seals.isIntact(ORDER, seals.seal(null, fill))).toBe(false);
  });

  it.each<[keyof ExecutionReport, unknown]>([
    ['broker', 'second'],
    ['sequence', 8],
    ['brokerExecutionId', 'v/8'],
    ['brokerClientOrderId', `${ORDER}.2`],
    ['execType', 'CANCELED'],
    ['lastQuantity', '11'],
    ['lastPrice', '0.01'],
    ['cumulativeQuantity', '11'],
    ['leavesQuantity', '1'],
    ['time', '2026-11-24T14:32:00.000Z'],
    ['rejectCode', 'BROKER_OPTION'],
    ['inAnswer', true],
    ['trigger', { stopPrice: '201.00', waterMark: null }],
    ['trigger', { stopPrice: '200.00', waterMark: '205.00' }],
    ['trigger', undefined],
  ])('is broken when %s is another', (field, value) => {
    expect(seals.isIntact(ORDER, { ...seals.seal(ORDER, fill), [field]: value })).toBe(false);
  });

  it('is broken for another order', () => {
    expect(seals.isIntact('0198f6a2-5f0e-7c7a-8a42-2a1c53a0b002', seals.seal(ORDER, fill))).toBe(
      false,
    );
  });

  it.each([undefined, null, 5, {}, '', 'AAAA', 'x'.repeat(43), ['a']])(
    'is none when it is %j',
    (seal) => {
      expect(seals.isIntact(ORDER, { ...fill, seal: seal as string })).toBe(false);
    },
  );

  it('of the secret before is believed while that is known, and nothing is sealed with it any more', () => {
    const before = createReportSeals([SECRETS.old]);
    const changing = createReportSeals([SECRETS.new, SECRETS.old]);
    const sealedBefore = before.seal(ORDER, fill);
    expect(changing.isIntact(ORDER, sealedBefore)).toBe(true);
    expect(seals.isIntact(ORDER, sealedBefore)).toBe(false);
    expect(before.isIntact(ORDER, changing.seal(ORDER, fill))).toBe(false);
    expect(seals.isIntact(ORDER, changing.seal(ORDER, fill))).toBe(true);
  });

  it('is not made with a secret of less than 32 bytes', () => {
    expect(() => createReportSeals(['short'])).toThrow(RangeError);
    expect(() => createReportSeals([SECRETS.new, 'short'])).toThrow(RangeError);
  });
});
