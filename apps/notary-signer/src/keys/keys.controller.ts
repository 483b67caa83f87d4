import {
  idleSignerKeysWanted,
  newSignerKey,
  signatureWanted,
  signerKeysListed,
  signerKeysRemoval,
  signerKeysWanted,
  type signatureMade,
  type signerKeysFound,
  type SignerPublicKey,
} from '@breakwater/contracts';
import { AppError } from '@breakwater/kernel';
import { SignerKeys } from '@breakwater/signer';
import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { z } from 'zod';
import { SignerGuard } from './signer.guard';

/** The whole of what the signer does; private keys are in no answer. */
@Controller()
@UseGuards(SignerGuard)
export class KeysController {
  constructor(private readonly keys: SignerKeys) {}

  @Post('keys')
  @HttpCode(200)
  async create(@Body() body: unknown): Promise<SignerPublicKey> {
    return wire(await this.keys.create(parsed(newSignerKey, body)));
  }

  @Post('keys/find')
  @HttpCode(200)
  async find(@Body() body: unknown): Promise<z.input<typeof signerKeysFound>> {
    const { keyIds, ...owner } = parsed(signerKeysWanted, body);
    return { keys: (await this.keys.find(owner, keyIds)).map(wire) };
  }

  @Post('keys/idle')
  @HttpCode(200)
  async idle(@Body() body: unknown): Promise<Listed> {
    return signerKeysListed.parse({ keys: await this.keys.idle(parsed(idleSignerKeysWanted, body)) });
  }

  @Post('keys/remove')
  @HttpCode(200)
  async remove(@Body() body: unknown): Promise<Listed> {
    return signerKeysListed.parse({ keys: await this.keys.remove(parsed(signerKeysRemoval, body)) });
  }

  @Post('signatures')
  @HttpCode(200)
  async sign(@Body() body: unknown): Promise<z.input<typeof signatureMade>> {
    const { keyId, content, ...owner } = parsed(signatureWanted, body);
    const signature = await this.keys.sign(owner, keyId, Buffer.from(content, 'base64'));
    return { keyId, algorithm: 'ecdsa', signature: signature.toString('base64') };
  }
}

type Listed = z.output<typeof signerKeysListed>;
type Key = Awaited<ReturnType<SignerKeys['create']>>;
const wire = ({ publicKey, ...key }: Key): SignerPublicKey => ({ ...key, publicKey: publicKey.toString('base64') });

/** What was sent, in its shape. Throws BAD_REQUEST. */
function parsed<T extends z.ZodType>(shape: T, value: unknown): z.output<T> {
  const result = shape.safeParse(value);
  if (!result.success) throw new AppError('BAD_REQUEST', z.prettifyError(result.error));
  return result.data;
}
