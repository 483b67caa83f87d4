// Who logs in to the database: the migrator, the signer, and the other services.

/** The address of the same database for its three roles; the migrator makes two of them. Pure. */
export function ownRoles(databaseUrl, { servicesDatabasePassword, signerDatabasePassword }) {
  return {
    databaseUrl,
    servicesDatabaseUrl: loginAs(databaseUrl, 'breakwater_services', servicesDatabasePassword),
    signerDatabaseUrl: loginAs(databaseUrl, 'breakwater_signer', signerDatabasePassword),
  };
}

const loginAs = (url, username, password) => Object.assign(new URL(url), { username, password }).toString();
