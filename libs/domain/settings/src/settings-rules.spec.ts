import { contradictions, readChange, readText, refuse } from './settings-rules';
import { snapshotOf } from './settings-snapshot';
import type { SettingName } from './table';

describe('a value of a setting', () => {
  it.each<[SettingName, unknown]>([
    ['auth_mode', 'oidc_auth'],
    ['project_creation_restriction', 'adminonly'],
    ['read_only', true],
    ['token_expiration', 1],
    ['token_expiration', 99_999_999],
    ['session_timeout', 60],
    ['storage_per_project', -1],
    ['storage_per_project', 2 ** 50],
    ['robot_name_prefix', 'bot@'],
    ['ldap_scope', 0],
    ['ldap_url', 'ldaps://directory.example.com:636'],
    ['ldap_url', 'directory.example.com'],
    ['ldap_url', 'ldap://[2001:db8::1]:389'],
    ['oidc_endpoint', 'https://issuer.example.com/realms/x'],
    ['oidc_endpoint', ''],
    ['audit_log_forward_endpoint', 'logs.example.com:514'],
    ['audit_log_forward_endpoint', 'tcp://[2001:db8::7]:6514'],
    ['audit_log_forward_endpoint', ''],
    ['disabled_audit_log_event_types', 'create_user, delete_artifact'],
    ['banner_message', '{"message":"two\\nlines","type":"info"}'],
    ['http_authproxy_server_certificate', '-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n'],
    ['ldap_search_password', 'pä$$\tword'],
    ['scan_all_policy', { type: 'daily', parameter: { daily_time: 3_600 } }],
  ])('%s takes %j', (name, value) => {
    expect(readChange({ [name]: value })).toEqual({ change: { [name]: value }, problems: [] });
  });

  it.each<[SettingName, unknown]>([
    ['auth_mode', 'kerberos'],
    ['auth_mode', ''],
    ['project_creation_restriction', 'nobody'],
    ['read_only', 'true'],
    ['read_only', 1],
    ['token_expiration', 0],
    ['token_expiration', 100_000_000],
    ['token_expiration', 1.5],
    ['token_expiration', '30'],
    ['robot_token_duration', -1],
    ['session_timeout', -5],
    ['storage_per_project', 0],
    ['storage_per_project', -2],
    ['storage_per_project', 2 ** 50 + 1],
    ['robot_name_prefix', ''],
    ['robot_name_prefix', 'a+b'],
    ['robot_name_prefix', 'a b'],
    ['ldap_scope', 3],
    ['ldap_uid', '  '],
    ['ldap_url', ''],
    ['ldap_url', 'http://directory.example.com'],
    ['ldap_url', 'ldap://user:pw@directory.example.com'],
    ['oidc_endpoint', 'file:///etc/passwd'],
    ['oidc_endpoint', 'https://user:pw@issuer.example.com'],
    ['oidc_endpoint', 'issuer'],
    ['oidc_name', 'a\r\nX-Injected: 1'],
    ['oidc_name', 'x'.repeat(2_049)],
    ['audit_log_forward_endpoint', 'logs.example.com:0'],
    ['audit_log_forward_endpoint', 'logs.example.com:70000'],
    ['audit_log_forward_endpoint', 'udp://logs.example.com:514'],
    ['disabled_audit_log_event_types', 'create_user;DROP TABLE'],
    ['banner_message', 'a\0b'],
    ['oidc_extra_redirect_parms', '{"a":1}'],
    ['oidc_extra_redirect_parms', 'no json'],
    ['oidc_extra_redirect_parms', '[]'],
    ['scan_all_policy', { type: 'hourly' }],
  ])('%s refuses %j', (name, value) => {
    const { change, problems } = readChange({ [name]: value });
    expect(change).toEqual({});
    expect(problems).toEqual([{ key: name, value: expect.any(String), expected: expect.any(String) }]);
  });

  it('of a map is taken as JSON, and as an object', () => {
    const change = { oidc_extra_redirect_parms: { prompt: 'login' } };
    expect(readChange({ oidc_extra_redirect_parms: '{"prompt":"login"}' })).toEqual({ change, problems: [] });
    expect(readChange(change)).toEqual({ change, problems: [] });
    expect(readChange({ oidc_extra_redirect_parms: '' }).change).toEqual({ oidc_extra_redirect_parms: {} });
  });
});

describe('a change', () => {
  it('leaves out what is no setting, and null', () => {
    const given = { nonsense: 1, postgresql_password: 'x', __proto__: 'x', constructor: 'x', read_only: null };
    expect(readChange(given)).toEqual({ change: {}, problems: [] });
  });

  it('is refused with every key, value and what was expected', () => {
    const { problems } = readChange({ token_expiration: 0, read_only: 'maybe', banner_message: 'fine' });
    const refused = () => refuse(problems);
    expect(refused).toThrow(
      'invalid settings: token_expiration: 0 is not a whole number from 1 to 99999999; ' +
        'read_only: "maybe" is not true or false',
    );
    expect(refused).toThrow(
      expect.objectContaining({
        code: 'BAD_REQUEST',
        reason: 'setting.invalid',
        params: { key: 'token_expiration', value: '0', expected: 'a whole number from 1 to 99999999' },
        detail: problems,
      }),
    );
    expect(() => refuse([])).not.toThrow();
  });

  it('does not repeat secrets, or all of a long text', () => {
    const { problems } = readChange({ oidc_client_secret: ['my secret'], oidc_name: 'x'.repeat(5_000) });
    expect(JSON.stringify(problems)).not.toContain('my secret');
    expect(JSON.stringify(problems).length).toBeLessThan(600);
  });
});

describe('the text of a variable', () => {
  it.each<[SettingName, string, unknown]>([
    ['read_only', 'TRUE', true],
    ['read_only', '0', false],
    ['read_only', 'yes', 'yes'],
    ['token_expiration', '45', 45],
    ['token_expiration', '45m', '45m'],
    ['storage_per_project', '-1', -1],
    ['ldap_uid', '45', '45'],
  ])('%s=%s is %j', (name, text, value) => {
    expect(readText(name, text)).toBe(value);
  });
});

it('the audit log is not given up without a place to send it to', () => {
  const { settings } = snapshotOf([]);
  expect(contradictions(settings)).toEqual([]);
  const skipping = { ...settings, skip_audit_log_database: true };
  expect(contradictions(skipping)).toEqual([expect.objectContaining({ key: 'skip_audit_log_database' })]);
  expect(contradictions({ ...skipping, audit_log_forward_endpoint: 'logs:514' })).toEqual([]);
});
