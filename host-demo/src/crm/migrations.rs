//! The CRM's tables, in the order in which they came to be. `sqlx::migrate!` would
//! list them by itself, and compile SQLite a second time for doing so.

use koppel_embedding::{Connection, store::schema_for};
use sqlx::{
    AssertSqlSafe, SqlSafeStr,
    migrate::{Migration, MigrationType, Migrator},
};

/// A file of `migrations`: its number, its name, its statements.
type File = (i64, &'static str, &'static str);

macro_rules! file {
    ($version:literal, $name:literal) => {
        (
            $version,
            $name,
            include_str!(concat!("../../migrations/", $version, "_", $name, ".sql")),
        )
    };
}

const FILES: [File; 12] = [
    file!(20261122180000, "crm"),
    file!(20261122211600, "logins"),
    file!(20261122212800, "mailings"),
    file!(20261122213000, "jobs"),
    file!(20261122213100, "bulk_changes"),
    file!(20261122213400, "marketing_lists"),
    file!(20261122213500, "journeys"),
    file!(20261122214500, "mapping_drafts"),
    file!(20261122214733, "campaigns"),
    file!(20261122220000, "contact_snapshots"),
    file!(20261123010000, "page_indexes"),
    file!(20261130053500, "snapshots_by_external_id"),
];

/// What makes the tables, or brings them up to date, in the database's own SQL.
pub(super) fn migrator(connection: &Connection) -> Migrator {
    let of_database = |(version, name, statements): &File| {
        let statements = schema_for(connection, statements);
        Migration::new(
            *version,
            name.replace('_', " ").into(),
            MigrationType::Simple,
            AssertSqlSafe(statements).into_sql_str(),
            false,
        )
    };
    let mut migrator = Migrator::with_migrations(FILES.iter().map(of_database).collect());
    migrator.dangerous_set_table_name("crm_migrations");
    migrator.set_locking(false);
    migrator
}

#[cfg(test)]
mod tests {
    use super::FILES;

    #[test]
    fn each_file_of_the_folder_is_named_in_its_place() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
        let there = std::fs::read_dir(folder).expect("the folder");
        let mut there: Vec<String> = there
            .map(|it| {
                it.expect("a file")
                    .file_name()
                    .into_string()
                    .expect("a name")
            })
            .collect();
        there.sort();
        let named = FILES.map(|(version, name, _)| format!("{version}_{name}.sql"));
        assert_eq!(named.as_slice(), there);
    }
}
