import { AppError } from '@breakwater/kernel';
import type { GateAnswer } from './trust-gate.service';

export interface RefusedPull {
  manifest: { repository: string; digest: string; tag?: string };
  answer: GateAnswer;
}

/** Says what is missing, and the command that mends it. */
export function unsignedPull(
  { manifest: { repository, digest, tag }, answer }: RefusedPull,
  { host, quarantineEnd }: { host: string; quarantineEnd?: Date },
): AppError {
  const { missing, nextCommand } = answer.explain(host);
  const name = tag === undefined ? `${repository}@${digest}` : `${repository}:${tag}`;
  const why = missing.map(({ signer, why: reason }) => `${signer}: ${reason}`).join('; ');
  const next = nextCommand === null ? '' : `; sign it with: ${nextCommand}${quarantineEnd ? '' : hintFor(nextCommand)}`;
  const rule = quarantineEnd
    ? `is in quarantine until it is signed, at most until ${quarantineEnd.toISOString()}: before that only who may push pulls it`
    : "is not signed as the project's trust policy asks";
  return new AppError('PROJECTPOLICYVIOLATION', `${name} ${rule} (${why || answer.status})${next}`, {
    reason: quarantineEnd ? 'trust.quarantined' : 'trust.unsigned',
    params: { image: name },
    detail: {
      digest,
      status: answer.status,
      missing,
      nextCommand,
      ...(quarantineEnd && { quarantineEnd: quarantineEnd.toISOString() }),
    },
  });
}

/** Unlike the others, cosign reads the manifest before it signs. */
function hintFor(command: string): string {
  if (!command.startsWith('cosign ')) return '';
  return ' (cosign reads what it signs: log in to it as a robot that has the permission scanner-pull as well)';
}
