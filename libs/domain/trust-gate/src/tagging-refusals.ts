import { AppError } from '@breakwater/kernel';
import type { MissingSignature } from '@breakwater/trust-policies';

export interface RefusedTag {
  /** With the project: `library/nginx`. */
  repository: string;
  digest: string;
  tag: string;
  missing: readonly MissingSignature[];
  /** What to type next. */
  nextCommand: string | null;
}

/** A tag on something that is not signed, where the policy blocks that. */
export function unsignedTag(refused: RefusedTag): AppError {
  return refusal(refused, {
    rule: "the project's trust policy lets a tag be made only on what is signed",
    mend: signing(refused),
    reason: 'trust.tag_unsigned',
  });
}

/** A signed tag that would leave what is signed. `inNotary`: the command that names the digest in Notary's trust data. */
export function protectedTag(refused: RefusedTag, inNotary?: string): AppError {
  const addHash = `Notary alone has signed this tag: name the new digest in its trust data, ${inNotary ?? ''}`;
  return refusal(refused, {
    rule: `${refused.tag} is signed, and the project's trust policy lets signed tags be moved only to what is signed, too`,
    mend: inNotary === undefined ? signing(refused) : addHash,
    reason: 'trust.tag_protected',
    nextCommand: inNotary ?? refused.nextCommand,
  });
}

/** `notary addhash`, which wants the manifest's size in bytes. */
export function addHashCommand(
  repository: string,
  { tag, digest, size }: { tag: string; digest: string; size: number },
) {
  return `notary addhash -p ${repository} ${tag} ${size} --sha256 ${digest.replace(/^sha256:/, '')}`;
}

const signing = ({ nextCommand }: RefusedTag): string =>
  nextCommand === null ? 'sign it' : `sign it with: ${nextCommand}`;

interface Explanation {
  rule: string;
  mend: string;
  reason: string;
  nextCommand?: string | null;
}

function refusal(
  { repository, digest, tag, missing, nextCommand: toSign }: RefusedTag,
  { rule, mend, reason, nextCommand = toSign }: Explanation,
): AppError {
  const why = missing.map(({ signer, why: what }) => `${signer}: ${what}`).join('; ');
  return new AppError(
    'PROJECTPOLICYVIOLATION',
    `${repository}@${digest} is stored, but not tagged ${tag}: ${rule} (${why || 'nobody has signed it'}); ${mend}; then push again, or tag it`,
    {
      reason,
      params: { image: `${repository}@${digest}`, tag },
      detail: { digest, tag, missing, nextCommand },
    },
  );
}
