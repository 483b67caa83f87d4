// Parameters that many lists take. Pure.

export const lists = (...names) => names.flatMap((name) => [`sort=${name}`, `sort=-${name}`]);
export const filters = (...texts) => texts.map((text) => `q=${encodeURIComponent(text)}`);
/** Resolved by asking for the total first. */
export const LAST_PAGE = 'page=LAST';
export const PAGES = ['', 'page_size=100', LAST_PAGE];
export const PAGED = ['', LAST_PAGE];
export const NAMES = ['name=~api', 'name=~9', 'name=nothing'];
export const RUNS = [
  ...PAGES,
  ...lists('id', 'start_time', 'update_time', 'status'),
  ...filters('status=Success', 'status=Error', 'trigger=MANUAL'),
];
export const AUDIT = [
  ...PAGES,
  ...lists('op_time', 'username', 'operation', 'resource', 'resource_type', 'id'),
  ...filters(
    'operation=create',
    'operation=nothing',
    'operation=~ull',
    'username=seed-user-0001',
    'username=~user-00',
    'resource_type=artifact',
    'resource=~api-00001',
    'operation_result=false',
    'op_time=[2026-01-01 00:00:00~2036-01-01 00:00:00]'.replaceAll(' 00', 'T00'),
    'source_address=192.0.2.7',
  ),
];
