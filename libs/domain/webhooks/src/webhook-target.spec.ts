import { readTargets, type TargetInput } from './webhook-target';

const given: TargetInput = {
  type: 'http',
  address: 'https://ci.example.com/hook?key=1',
  authHeader: 'Bearer x',
  skipCertVerify: false,
  payloadFormat: 'Default',
  template: '',
};
const read = (changed: Partial<TargetInput>) => readTargets([{ ...given, ...changed }])[0]!;

describe('readTargets', () => {
  it.each([
    ['https://ci.example.com/hook?key=1', 'https://ci.example.com/hook?key=1'],
    ['ci.example.com:8080/hook', 'http://ci.example.com:8080/hook'],
    ['HTTP://CI.example.com', 'http://ci.example.com/'],
    ['http://ci.example.com/#part', 'http://ci.example.com/'],
  ])('takes %s', (address, expected) => {
    expect(read({ address }).address).toBe(expected);
  });

  it.each(['', 'ftp://x/', 'file:///etc/passwd', 'http://', 'http://a:b@host/', 'javascript://x', 'http://a b/'])(
    'refuses %j',
    (address) => {
      expect(() => read({ address })).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
    },
  );

  it.each([
    [{ type: 'smtp' }],
    [{ type: 'slack', payloadFormat: 'CloudEvents' }],
    [{ payloadFormat: 'XML' }],
    [{ authHeader: 'a\r\nb: c' }],
    [{ payloadFormat: 'Template', template: '{"a":{{operator}}}' }],
    [{ payloadFormat: 'Template', template: '' }],
  ])('refuses %j', (changed) => {
    expect(() => read(changed)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });

  it('refuses none at all', () => {
    expect(() => readTargets([])).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });

  it('takes every type and format', () => {
    expect(read({ type: 'slack', payloadFormat: '' }).payloadFormat).toBe('Default');
    expect(read({ type: 'teams', payloadFormat: 'Default' }).type).toBe('teams');
    expect(read({ payloadFormat: 'CloudEvents' }).payloadFormat).toBe('CloudEvents');
    expect(read({ payloadFormat: 'Template', template: '{"a":"{{operator}}"}' }).template).toBe('{"a":"{{operator}}"}');
  });

  it('keeps the id and secret of a target that stays, unless another secret is given', () => {
    const [before] = readTargets([{ ...given, secret: 'hush' }]);
    expect(readTargets([{ ...given, authHeader: 'other' }], [before!])[0]).toEqual({ ...before, authHeader: 'other' });
    expect(readTargets([{ ...given, secret: '' }], [before!])[0]).toEqual({ ...before, secret: '' });
    const [moved] = readTargets([{ ...given, address: 'https://elsewhere.example.com' }], [before!]);
    expect(moved).toMatchObject({ secret: '' });
    expect(moved!.id).not.toBe(before!.id);
  });

  it('tells two of the same address apart', () => {
    const [first, second] = readTargets([given, given]);
    expect(first!.id).not.toBe(second!.id);
    expect(readTargets([given, given], [first!, second!])).toEqual([first, second]);
  });
});
