import { describeWithSoftHsm, type SoftHsm } from '@breakwater/testing';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { attribute, objectClass } from './constants';
import { loadCryptoki } from './native-cryptoki';
import { Token } from './token';

describeWithSoftHsm('a token of SoftHSM', (use) => {
  let hsm: SoftHsm;
  let token: Token;
  const content = Buffer.from('{"_type":"Timestamp"}');
  const digest = createHash('sha256').update(content).digest();

  const connect = (settings: { library?: string; label?: string; pin?: string } = {}): Token => {
    const { library, label, pin } = { library: hsm.library, label: hsm.label, pin: hsm.pin, ...settings };
    return new Token({ label, pin, sessions: 4, load: () => loadCryptoki(library) });
  };
  const good = (publicKey: Buffer, signature: Buffer): boolean => {
    const key = createPublicKey({ key: publicKey, format: 'der', type: 'spki' });
    return signature.length === 64 && verify('sha256', content, { key, dsaEncoding: 'ieee-p1363' }, signature);
  };

  beforeAll(async () => {
    hsm = use();
    await hsm.useHere();
  });
  beforeEach(() => {
    token = connect();
  });
  afterEach(() => token.close());

  it('makes a key, signs with it, and knows it after a restart', async () => {
    const { id, publicKey } = await token.generate('a key');
    expect(good(publicKey, await token.sign(id, digest))).toBe(true);
    await token.close();
    token = connect();
    expect(good(publicKey, await token.sign(id, digest))).toBe(true);
  });

  it('leaves one object in the token, whose private value nobody is told', async () => {
    const before = hsm.objects;
    const { id } = await token.generate('a key');
    await token.close();
    expect(hsm.objects).toBe(before + 1);
    const cryptoki = await loadCryptoki(hsm.library);
    await cryptoki.initialize();
    const [slot] = await cryptoki.slots();
    const session = await cryptoki.openSession(slot!);
    await cryptoki.login(session, hsm.pin);
    const [key] = await cryptoki.find(session, [
      [attribute.class, objectClass.privateKey],
      [attribute.id, id],
    ]);
    expect(await cryptoki.attribute(session, key!, attribute.extractable)).toEqual(Buffer.from([0]));
    const value = 0x11;
    await expect(cryptoki.attribute(session, key!, value)).rejects.toThrow('C_GetAttributeValue: 0x11');
    await cryptoki.finalize();
  });

  it('signs for more at once than it has sessions', async () => {
    const { id, publicKey } = await token.generate('a key');
    const signatures = await Promise.all(Array.from({ length: 100 }, () => token.sign(id, digest)));
    expect(signatures.filter((signature) => good(publicKey, signature))).toHaveLength(100);
    expect(new Set(signatures.map((signature) => signature.toString('hex'))).size).toBe(100);
  });

  it('deletes a key, also one that is gone already', async () => {
    const before = hsm.objects;
    const { id } = await token.generate('a key');
    await token.destroy(id);
    await token.destroy(id);
    expect(hsm.objects).toBe(before);
    await expect(token.sign(id, digest)).rejects.toMatchObject({ problem: 'missing' });
  });

  it('tries a wrong PIN once', async () => {
    const refused = connect({ pin: 'wrong-pin' });
    for (let time = 0; time < 3; time++)
      await expect(refused.check()).rejects.toMatchObject({
        problem: 'refused',
        message: `the token "${hsm.label}" does not take the PIN: C_Login: 0xa0 (pin incorrect)`,
      });
    await refused.close();
  });

  it('says what it lacks: the token, or the library', async () => {
    const other = connect({ label: 'another' });
    await expect(other.check()).rejects.toMatchObject({ problem: 'away', message: 'the token "another" is not there' });
    await other.close();
    const library = connect({ library: '/nowhere/library.so' });
    await expect(library.check()).rejects.toMatchObject({ problem: 'away' });
    await library.close();
  });

  it('is away while it is pulled out, and signs again once it is back', async () => {
    const { id, publicKey } = await token.generate('a key');
    await token.sign(id, digest);
    hsm.pullOut();
    await expect(token.sign(id, digest)).rejects.toMatchObject({ problem: 'away' });
    hsm.putBack();
    await untilSigned(token, id, digest);
    expect(good(publicKey, await token.sign(id, digest))).toBe(true);
  });

  it('has lost its keys after a reset, and makes new ones', async () => {
    const { id } = await token.generate('a key');
    await token.sign(id, digest);
    hsm.reset();
    await expect(token.sign(id, digest)).rejects.toMatchObject({ problem: 'missing' });
    const made = await token.generate('a key');
    expect(good(made.publicKey, await token.sign(made.id, digest))).toBe(true);
  });
});

async function untilSigned(token: Token, id: Buffer, digest: Buffer): Promise<void> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline;) {
    const signed = await token.sign(id, digest).then(
      () => true,
      () => false,
    );
    if (signed) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the token did not come back');
}
