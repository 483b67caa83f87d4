import type { TrustOverview } from '@breakwater/trust';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { time } from '../rest';

const keyIds = z.array(z.string()).describe('Ids of the keys that may sign it');

const role = z
  .object({
    name: z.string().describe('root, targets, targets/<signer>, snapshot or timestamp'),
    version: z.number().int(),
    expiry_time: time,
    key_ids: keyIds,
  })
  .meta({ 'x-model': 'TrustRole' });

const signer = z.object({ name: z.string(), key_ids: keyIds }).meta({ 'x-model': 'TrustSigner' });

const named = z
  .object({
    gun: z.string().describe('The name that it was published under, with the host'),
    root_key_ids: z.array(z.string()).describe('As root.json has them, and as `notary key list` shows them'),
    signed_tags: z.number().int().describe('How many names are signed'),
    roles: z.array(role),
    signers: z.array(signer).describe('Delegations, as `docker trust signer add` makes them'),
    creation_time: time,
    update_time: time,
  })
  .meta({ 'x-model': 'NamedTrustData' });

export class TrustDataDto extends createZodDto(
  z.object({
    repository: z.string().describe('With its project'),
    names: z.array(named).describe('Empty: nobody has published trust data'),
  }),
) {}

export function toTrustData(
  repository: string,
  overviews: readonly TrustOverview[],
): z.input<typeof TrustDataDto.schema> {
  return { repository, names: overviews.map(toNamed) };
}

function toNamed({ gun, rootKeyIds, signedTags, roles, signers, creationTime, updateTime }: TrustOverview) {
  return {
    gun,
    root_key_ids: rootKeyIds,
    signed_tags: signedTags,
    roles: roles.map(({ name, version, expires, keyIds: ids }) => ({
      name,
      version,
      expiry_time: expires,
      key_ids: ids,
    })),
    signers: signers.map(({ name, keyIds: ids }) => ({ name, key_ids: ids })),
    creation_time: creationTime,
    update_time: updateTime,
  };
}
