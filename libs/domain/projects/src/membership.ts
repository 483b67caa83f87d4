/** On `project_member m`: the rows of the user with the id in that placeholder, direct or through a group. */
export function isMembershipOf(user: string): string {
  return `((m.entity_type = 'u' AND m.entity_id = ${user})
    OR (m.entity_type = 'g' AND m.entity_id IN (SELECT gm.group_id FROM user_group_member gm WHERE gm.user_id = ${user})))`;
}

/**
 * A query for the ids of the projects that the user is a member of, direct or through a group, by the rows of
 * `project_member m` that meet the condition, when there is one.
 */
export function projectsOf(user: string, condition?: string): string {
  const and = condition === undefined ? '' : ` AND ${condition}`;
  return `SELECT m.project_id FROM project_member m WHERE m.entity_type = 'u' AND m.entity_id = ${user}${and}
    UNION ALL SELECT m.project_id FROM user_group_member gm JOIN project_member m ON m.entity_type = 'g' AND m.entity_id = gm.group_id
    WHERE gm.user_id = ${user}${and}`;
}
