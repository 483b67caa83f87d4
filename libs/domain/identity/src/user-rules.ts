import { AppError } from '@breakwater/kernel';

export interface UserProfile {
  email: string;
  realname: string;
  comment: string;
}

const forbidden = /[,~#$%"]/;
const maxEmailLength = 255;

/** management-platform.md section 1.7. Throws BAD_REQUEST. */
export function validateProfile({ email, realname, comment }: UserProfile): void {
  if (email === '') throw bad("email can't be empty");
  if (!isEmail(email)) throw bad('email with illegal format');
  if (realname.length < 1 || realname.length > 255) throw bad('realname with illegal length');
  if (forbidden.test(realname) || hasControl(realname)) throw bad('realname contains illegal characters');
  if (comment.length > 30 || hasControl(comment)) throw bad('comment with illegal length');
}

/** Harbor takes commas out of user names; the other characters have a meaning elsewhere (`robot$…`, `name#1`). */
export function normaliseUsername(username: string): string {
  const name = username.replaceAll(',', '_');
  if (name.length < 1 || name.length > 255) throw bad('username with illegal length');
  if (/[~#$%:]/.test(name) || hasControl(name) || name.trim() !== name)
    throw bad('username contains illegal characters');
  return name;
}

/** Linear time: no part of the expression can match what its neighbour matches. */
function isEmail(email: string): boolean {
  if (email.length > maxEmailLength) return false;
  const at = email.lastIndexOf('@');
  const local = email.slice(0, at);
  const domain = email.slice(at + 1);
  const atoms = local.split('.');
  const labels = domain.split('.');
  const isLocal = at > 0 && atoms.every((atom) => /^[^<>()[\]\\.,;:\s@"]+$/.test(atom));
  const isDomain =
    labels.length >= 2 &&
    labels.every((label) => /^[a-zA-Z0-9-]+$/.test(label)) &&
    /^[a-zA-Z]{2,}$/.test(labels.at(-1) ?? '');
  return isLocal && (isDomain || /^\[\d{1,3}(?:\.\d{1,3}){3}\]$/.test(domain)) && !hasControl(email);
}

function hasControl(text: string): boolean {
  return /\p{Cc}/u.test(text);
}

function bad(message: string): AppError {
  return new AppError('BAD_REQUEST', message);
}
