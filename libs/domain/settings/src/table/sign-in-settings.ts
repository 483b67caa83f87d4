import { z } from 'zod';
import { choice, flag, formedLine, isWebAddress, line, secret, text, type SettingEntry } from './setting-entry';

const address = { holds: isWebAddress, expected: 'an http or https address without credentials' };

const stringMap = z.record(z.string().min(1).max(255), z.string().max(2_048));
/** Also as JSON in a string: so it is sent, and shown. */
const stringMapOrJson = z.union([
  stringMap,
  z
    .string()
    .max(16_384)
    .transform((given, context): unknown => {
      try {
        return given === '' ? {} : JSON.parse(given);
      } catch {
        context.addIssue({ code: 'custom', message: 'expected JSON' });
        return z.NEVER;
      }
    })
    .pipe(stringMap),
]);

const extraParameters: SettingEntry<Record<string, string>> = {
  type: 'StringToStringMap',
  schema: stringMapOrJson,
  expected: 'JSON of an object of strings, {"prompt":"login"}',
  standard: {},
  about: 'Parameters added to the address that people are sent to for signing in',
};

/** How people sign in: the mode, and the modes other than LDAP. */
export const signInSettings = {
  auth_mode: choice('AuthMode', ['db_auth', 'ldap_auth', 'uaa_auth', 'http_auth', 'oidc_auth'], {
    seed: 'AUTH_MODE',
    about: 'Where people are known. Can be changed only while there is no user but admin',
  }),
  primary_auth_mode: flag(false, {
    seed: 'PRIMARY_AUTH_MODE',
    about: 'The login page leads with `auth_mode`, and local accounts come second',
  }),
  self_registration: flag(false, { seed: 'SELF_REGISTRATION', about: 'People may make accounts for themselves' }),

  oidc_name: line('', { about: 'What the provider is called on the login page' }),
  oidc_endpoint: formedLine(address, { about: 'The issuer' }),
  oidc_client_id: line('', { about: 'Client id of the platform' }),
  oidc_client_secret: secret({ about: 'The secret to it' }),
  oidc_scope: line('', { about: 'Scopes, separated by commas: `openid,profile,email`' }),
  oidc_user_claim: line('', { about: 'The claim that is the user name' }),
  oidc_auto_onboard: flag(false, { about: 'Make the account at the first sign-in without asking for a name' }),
  oidc_groups_claim: line('', { about: 'The claim that lists groups' }),
  oidc_group_filter: line('', { about: 'Regular expression of the groups that count' }),
  oidc_admin_group: line('', { about: 'The group whose members administer the platform' }),
  oidc_verify_cert: flag(true, { about: "Check the provider's certificate" }),
  oidc_extra_redirect_parms: extraParameters,
  oidc_logout: flag(false, { about: 'Signing out here signs out at the provider' }),

  http_authproxy_endpoint: formedLine(address, { about: 'Address that checks a user name and password' }),
  http_authproxy_tokenreview_endpoint: formedLine(address, { about: 'Address that reviews tokens' }),
  http_authproxy_admin_groups: line('', { about: 'Groups of administrators, separated by commas' }),
  http_authproxy_admin_usernames: line('', { about: 'Administrators, separated by commas' }),
  http_authproxy_verify_cert: flag(true, { about: "Check the proxy's certificate" }),
  http_authproxy_skip_search: flag(false, { about: 'Take user names on trust where they are added to projects' }),
  http_authproxy_server_certificate: text({ about: "PEM of the proxy's certificate" }),

  uaa_client_id: line('', { seed: 'UAA_CLIENTID', about: 'Client id of the platform at UAA' }),
  uaa_client_secret: secret({ seed: 'UAA_CLIENTSECRET', about: 'The secret to it' }, 'String'),
  uaa_endpoint: line('', { seed: 'UAA_ENDPOINT', about: 'Address of UAA' }),
  uaa_verify_cert: flag(false, { seed: 'UAA_VERIFY_CERT', about: "Check UAA's certificate" }),
};
