import { createHmac } from 'node:crypto';
import { signatureHeaders } from './signature';

const now = new Date('2023-02-22T08:06:05.900Z');

describe('signatureHeaders', () => {
  it('signs as the example of Standard Webhooks', () => {
    const body = '{"test": 2432232314}';
    const headers = signatureHeaders(
      { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body, secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' },
      new Date(1_614_265_330_000),
    );
    expect(headers).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('takes any text for a secret', () => {
    const signature = createHmac('sha256', 'hush').update('id.1677053165.body').digest('base64');
    expect(signatureHeaders({ id: 'id', body: 'body', secret: 'hush' }, now)['webhook-signature']).toBe(
      `v1,${signature}`,
    );
  });

  it('names the event without a secret too', () => {
    expect(signatureHeaders({ id: 'id', body: 'body', secret: '' }, now)).toEqual({
      'webhook-id': 'id',
      'webhook-timestamp': '1677053165',
    });
  });
});
